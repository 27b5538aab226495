internal import CLibm

/// A normal distribution of independent components, by their means and variances.
///
/// What it says of a covariance without off-diagonal elements costs n instead of n³ operations.
public struct DiagonalNormal: Sendable, Equatable {
  /// The mean of each component.
  public let mean: [Double]
  /// The variance of each component.
  public let variances: [Double]

  /// How many dimensions it has.
  public var dimension: Int { mean.count }

  /// The distribution with these means and variances.
  ///
  /// - Throws: `InferenceError.lengthMismatch`; `.invalidParameter` where a mean is not finite or a variance is
  ///   not finite and above 0.
  public init(mean: [Double], variances: [Double]) throws(InferenceError) {
    guard variances.count == mean.count else {
      throw .lengthMismatch("variances", expected: mean.count, given: variances.count)
    }
    if let bad = mean.first(where: { !$0.isFinite }) {
      throw .invalidParameter("mean", bad, mustBe: "finite")
    }
    if let bad = variances.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .invalidParameter("variance", bad, mustBe: "finite and above 0")
    }
    self.mean = mean
    self.variances = variances
  }
}

extension DiagonalNormal: DistributionFamily {
  /// The entropy ½ Σ (1 + log 2π σ²), in nats.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 8.4.1.
  public var entropy: Double {
    variances.reduce(0.0) { $0 + 0.5 * (1 + logTwoPi + log($1)) }
  }

  /// The cross entropy ½ Σ (log 2π σ_q² + (σ_p² + (m_p - m_q)²) / σ_q²), in nats.
  ///
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions differ.
  public func crossEntropy(to model: DiagonalNormal) throws(InferenceError) -> Double {
    try check(model)
    return mean.indices.reduce(0.0) { sum, index in
      let variance = model.variances[index]
      let shift = (mean[index] - model.mean[index]) / variance.squareRoot()
      return sum + 0.5 * (logTwoPi + log(variance) + variances[index] / variance + shift * shift)
    }
  }

  /// The divergence D(p‖q) of this distribution p from a model q, in nats.
  ///
  ///     D(p‖q) = ½ Σ (σ_p²/σ_q² - 1 - log(σ_p²/σ_q²) + (m_p - m_q)² / σ_q²)
  ///
  /// - Special values: 0 exactly for a distribution and itself; never negative.
  /// - Accuracy: relative error below 1e-12, near equality of the parameters too: no term is negative, and each
  ///   is made of differences of the parameters themselves.
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions differ.
  ///
  /// Source: Kullback, *Information Theory and Statistics* (1959), ch. 9 eq. 1.4.
  public func divergence(to model: DiagonalNormal) throws(InferenceError) -> Double {
    try check(model)
    return mean.indices.reduce(0.0) { sum, index in
      let variance = model.variances[index]
      let shift = (mean[index] - model.mean[index]) / variance.squareRoot()
      return sum + 0.5
        * (SpecialFunctions.ratioExcess(variances[index], over: variance) + shift * shift)
    }
  }

  private func check(_ model: DiagonalNormal) throws(InferenceError) {
    guard dimension == model.dimension else {
      throw .lengthMismatch(
        "dimensions of the model", expected: dimension, given: model.dimension)
    }
  }
}
