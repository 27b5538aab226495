/// A normal distribution fitted to samples.
public struct NormalFit: Sendable {
  /// The fitted distribution q.
  public let normal: MultivariateNormal
  /// Which covariances it could have.
  public let family: GaussianFamily
  /// The cross entropy H(p,q) of the samples' empirical distribution p with q, in nats: minus the mean log
  /// likelihood.
  public let crossEntropy: Double
  /// How many samples have a weight above 0.
  public let sampleCount: Int
  /// (Σ w)² / Σ w²: how many samples of the same weight say as much.
  public let effectiveSampleSize: Double
}
