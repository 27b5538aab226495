/// How class labels are scored.
public struct LabelScoring: Sendable {
  /// The share of mass that is spread evenly over all classes, in 0...1.
  public let smoothing: Double
  /// Rows with this label score 0 with weight 0, whatever they hold.
  public let ignored: Int?
  /// A weight for each class; 1 where nil.
  public let classWeights: [Double]?

  /// A way of scoring.
  ///
  /// - Precondition: `smoothing` is in 0...1, and the weights are finite and not negative.
  public init(smoothing: Double = 0, ignored: Int? = nil, classWeights: [Double]? = nil) {
    precondition((0...1).contains(smoothing), "smoothing must be in 0...1")
    precondition(classWeights?.allSatisfy { $0 >= 0 && $0.isFinite } ?? true, "bad class weights")
    self.smoothing = smoothing
    self.ignored = ignored
    self.classWeights = classWeights
  }
}
