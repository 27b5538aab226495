/// A normal distribution fitted to a density by forward KL.
public struct ForwardFit: Sendable {
  /// The fitted distribution q.
  public let normal: MultivariateNormal
  /// Which covariances it could have.
  public let family: GaussianFamily
  /// The Monte-Carlo standard error of each mean.
  public let meanErrors: [Double]
  /// The Monte-Carlo standard error of each variance.
  public let varianceErrors: [Double]
  /// The cross entropy H(p,q), in nats.
  public let crossEntropy: Double
  /// The forward KL divergence D(p‖q), in nats, estimated: within its error it may be below 0.
  public let divergence: Double
  /// The Monte-Carlo standard error of the divergence.
  public let divergenceError: Double
  /// The logarithm of the target's integral, estimated.
  public let logNormaliser: Double
  /// The Monte-Carlo standard error of the logarithm of the integral.
  public let logNormaliserError: Double
  /// Draws of the last round, from which everything here is estimated.
  public let draws: Int
  /// How many draws of the target itself would say as much.
  public let effectiveSampleSize: Double
  /// What the tail of the last round's weights says: whether the moments can be trusted.
  public let smoothing: ParetoSmoothing
  /// Every round, the last one included.
  public let rounds: [ForwardRound]
  /// Why the rounds ended.
  public let convergence: ForwardConvergence

  /// Whether the moments can be trusted: they stand still, the divergence and its error are finite numbers, and k̂ is
  /// below its threshold.
  public var isTrusted: Bool { whyNoVerdict == nil && smoothing.reliability.isTrusted }

  /// What k̂ says, in a sentence; nothing good of moments that still moved, or where the divergence or its error is not
  /// a finite number.
  public var verdict: String { smoothing.verdict(unless: whyNoVerdict) }

  private var whyNoVerdict: String? {
    if !convergence.isConverged { return "the moments still moved" }
    return divergence.isFinite && divergenceError.isFinite
      ? nil : "the divergence or its error is not a finite number"
  }
}
