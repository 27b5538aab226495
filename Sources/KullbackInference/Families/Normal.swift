internal import CLibm

/// A normal distribution in one dimension.
///
///     N(x | μ, σ²)
public struct Normal: DistributionFamily, Equatable {
  /// The mean μ.
  public let mean: Double
  /// The standard deviation σ.
  public let standardDeviation: Double

  /// The distribution with a mean and a standard deviation.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless the mean is finite and the deviation finite and
  ///   above 0.
  public init(mean: Double, standardDeviation: Double) throws(InferenceError) {
    self.mean = try Parameter.finite("mean", mean)
    self.standardDeviation = try Parameter.positive("standard deviation", standardDeviation)
  }

  /// The differential entropy.
  ///
  ///     H(p) = ½ log(2π e σ²)
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double { log(standardDeviation) + (0.5 + SpecialFunctions.halfLogTwoPi) }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = ½ ρ(σ_p²/σ_q²) + (μ_p - μ_q)² / (2 σ_q²),  ρ(x) = x - 1 - log x
  ///
  /// - Accuracy: relative error at most 1e-14, near equality too; +inf where it overflows.
  ///
  /// Source: Gil, Alajaji and Linder 2013, *Inf. Sci.* 249, table 2 (Gaussian), put together.
  public func divergence(to model: Normal) -> Double {
    let ratio = standardDeviation / model.standardDeviation
    let spread: Double
    if ratio > 0.8, ratio < 1.25 {
      let excess = (standardDeviation - model.standardDeviation) / model.standardDeviation
      spread = SpecialFunctions.logExcess(excess * (2 + excess)) / 2
    } else {
      let logRatio = SpecialFunctions.logRatio(standardDeviation, over: model.standardDeviation)
      // Half of each term: the whole may overflow where half of it does not.
      spread = ratio * (ratio / 2) - 0.5 - logRatio
    }
    let shift = SpecialFunctions.difference(mean, model.mean, over: model.standardDeviation)
    return spread + shift * (shift / 2)
  }
}
