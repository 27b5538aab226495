/// One value of a matrix of all pairs.
public struct PairwiseEntry: Sendable, Hashable {
  /// The target's row.
  public let target: Int
  /// The model's row.
  public let model: Int
  /// The measure of the two.
  public let value: Double

  /// A value and where it stands.
  public init(target: Int, model: Int, value: Double) {
    self.target = target
    self.model = model
    self.value = value
  }
}
