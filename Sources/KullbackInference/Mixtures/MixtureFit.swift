/// A mixture of normal distributions fitted to samples.
public struct MixtureFit: Sendable {
  /// The fitted mixture q.
  public let mixture: GaussianMixture
  /// Which covariances its components could have.
  public let family: GaussianFamily
  /// The cross entropy H(p,q) of the samples' empirical distribution p with q, in nats: minus the mean log
  /// likelihood.
  public let crossEntropy: Double
  /// What the iterations raised: the mean log likelihood less the regularisation's penalty, before the first
  /// iteration and after each.
  ///
  /// Never lower than the one before, to within rounding.
  public let objectives: [Double]
  /// From which of the starts this fit came, counted from 0.
  public let start: Int
  /// What became of each start: its last objective, or nil where a component collapsed.
  public let starts: [Double?]
  /// How many samples have a weight above 0.
  public let sampleCount: Int
  /// Why the iterations ended.
  public let convergence: Convergence

  /// Iterations done.
  public var iterations: Int { objectives.count - 1 }
}
