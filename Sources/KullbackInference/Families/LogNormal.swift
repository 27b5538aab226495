/// A log-normal distribution: the logarithm is normal.
///
///     log x ~ N(μ, σ²),  x > 0
public struct LogNormal: DistributionFamily, Equatable {
  /// The distribution of the logarithm.
  public let logarithm: Normal

  /// The distribution whose logarithm has a mean and a standard deviation.
  ///
  /// In SciPy's words `standardDeviation` is s and exp(`mean`) the scale.
  ///
  /// - Throws: as `Normal`.
  public init(mean: Double, standardDeviation: Double) throws(InferenceError) {
    logarithm = try Normal(mean: mean, standardDeviation: standardDeviation)
  }

  /// The differential entropy.
  ///
  ///     H(p) = ½ log(2π e σ²) + μ
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double { logarithm.entropy + logarithm.mean }

  /// The divergence from a model: that of the logarithms.
  ///
  /// - Accuracy: as `Normal`.
  ///
  /// Source: a divergence does not change under a one-to-one map; Gil, Alajaji and Linder 2013, *Inf.
  /// Sci.* 249, table 2 (log-normal).
  public func divergence(to model: LogNormal) -> Double {
    logarithm.divergence(to: model.logarithm)
  }
}
