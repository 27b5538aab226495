internal import CLibm

/// A Gamma distribution, by shape and rate.
///
///     p(x) = β^α x^(α-1) exp(-β x) / Γ(α),  x > 0
public struct Gamma: DistributionFamily, Equatable {
  /// The shape α.
  public let shape: Double
  /// The rate β, the inverse of the scale.
  public let rate: Double

  /// The distribution with a shape and a rate, as in PyTorch.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite and above 0.
  public init(shape: Double, rate: Double) throws(InferenceError) {
    self.shape = try Parameter.positive("shape", shape)
    self.rate = try Parameter.positive("rate", rate)
  }

  /// The distribution with a shape and a scale, as in SciPy; the rate is 1/scale, rounded.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both, and the rate, are finite and above 0.
  public init(shape: Double, scale: Double) throws(InferenceError) {
    try self.init(shape: shape, rate: 1 / Parameter.positive("scale", scale))
  }

  /// The differential entropy.
  ///
  ///     H(p) = α - log β + log Γ(α) + (1 - α) ψ(α)
  ///
  /// - Special values: -inf where 1/α overflows.
  /// - Accuracy: error at most 3e-15 of what the shape and the rate give, for any shape.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double { SpecialFunctions.standardGammaEntropy(shape) - log(rate) }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = (α_p - α_q) ψ(α_p) - log Γ(α_p) + log Γ(α_q) + α_q log(β_p/β_q) + α_p (β_q - β_p) / β_p
  ///            = α_q ρ(m_p / m_q) + C(α_p, α_q),  m = α / β the mean, ρ(x) = x - 1 - log x
  ///
  /// The second form is a sum of the means' part and of `SpecialFunctions.shapeExcess`, neither negative.
  ///
  /// - Special values: +inf where the value overflows.
  /// - Accuracy: relative error at most 1e-13 for all parameters, near equality too.
  ///
  /// Source: Penny 2001, *KL-Divergences of Normal, Gamma, Dirichlet and Wishart densities*, put
  /// together.
  public func divergence(to model: Gamma) -> Double {
    let means = SpecialFunctions.ratioExcess(
      products: shape, model.rate, over: model.shape, rate, times: model.shape)
    return means
      + SpecialFunctions.shapeExcess(
        from: shape, to: model.shape, difference: model.shape - shape)
  }
}
