internal import CLibm

/// An inverse Gamma distribution: 1/x has a Gamma distribution.
///
///     p(x) = β^α x^(-α-1) exp(-β/x) / Γ(α),  x > 0
public struct InverseGamma: DistributionFamily, Equatable {
  /// The distribution of 1/x, whose rate is this distribution's scale.
  public let reciprocal: Gamma

  /// The shape α.
  public var shape: Double { reciprocal.shape }
  /// The scale β.
  public var scale: Double { reciprocal.rate }

  /// The distribution with a shape and a scale (SciPy's a and scale; PyTorch's concentration and rate).
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite and above 0.
  public init(shape: Double, scale: Double) throws(InferenceError) {
    _ = try Parameter.positive("scale", scale)
    reciprocal = try Gamma(shape: shape, rate: scale)
  }

  /// The differential entropy.
  ///
  ///     H(p) = α + log(β Γ(α)) - (1 + α) ψ(α)
  ///
  /// - Special values: +inf where 1/α overflows.
  /// - Accuracy: error at most 1e-14 of what the shape and the scale give, for any shape.
  ///
  /// Source: that of 1/x and E log x² = 2 (log β - ψ(α)); Cover and Thomas, *Elements of Information
  /// Theory*, 2nd ed., theorem 8.6.4 and table 17.1.
  public var entropy: Double {
    // For a small shape the poles of both terms would be taken off each other.
    if shape < 1 {
      return shape + SpecialFunctions.logGamma(shape)
        - (1 + shape) * SpecialFunctions.digamma(shape) + log(scale)
    }
    return SpecialFunctions.standardGammaEntropy(shape) - 2 * SpecialFunctions.digamma(shape)
      + log(scale)
  }

  /// The divergence from a model: that of the reciprocals.
  ///
  /// - Accuracy: as `Gamma`.
  ///
  /// Source: a divergence does not change under a one-to-one map; see `Gamma`.
  public func divergence(to model: InverseGamma) -> Double {
    reciprocal.divergence(to: model.reciprocal)
  }
}
