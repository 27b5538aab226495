/// A Weibull distribution, by shape and scale.
///
///     p(x) = (k/λ) (x/λ)^(k-1) exp(-(x/λ)^k),  x > 0
public struct Weibull: DistributionFamily, Equatable {
  /// The shape k.
  public let shape: Double
  /// The scale λ.
  public let scale: Double

  /// The distribution with a shape and a scale.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite and above 0.
  public init(shape: Double, scale: Double) throws(InferenceError) {
    self.shape = try Parameter.positive("shape", shape)
    self.scale = try Parameter.positive("scale", scale)
  }

  /// The differential entropy.
  ///
  ///     H(p) = γ (1 - 1/k) + log(λ/k) + 1
  ///
  /// - Special values: -inf where γ/k overflows.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double {
    SpecialFunctions.eulerGamma - SpecialFunctions.eulerGamma / shape
      + SpecialFunctions.logRatio(scale, over: shape) + 1
  }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = log(k_p/k_q) + k_q log(λ_q/λ_p) + γ (k_q/k_p - 1) + (λ_p/λ_q)^k_q Γ(1 + k_q/k_p) - 1
  ///
  /// - Accuracy: as `Gumbel`, of which -log x has the distribution.
  ///
  /// Source: Bauckhage 2013, *Computing the Kullback-Leibler divergence between two Weibull distributions*,
  /// arXiv:1310.3713.
  public func divergence(to model: Weibull) -> Double {
    Gumbel.divergence(
      model.shape, over: shape,
      distance: model.shape * SpecialFunctions.logRatio(scale, over: model.scale))
  }
}
