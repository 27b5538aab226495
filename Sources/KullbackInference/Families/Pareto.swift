/// A Pareto distribution of the first kind, by scale and shape.
///
///     p(x) = α m^α / x^(α+1),  x >= m
public struct Pareto: DistributionFamily, Equatable {
  /// The scale m, the least value.
  public let scale: Double
  /// The shape α.
  public let shape: Double

  /// The distribution with a scale (the minimum) and a shape.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite and above 0.
  public init(scale: Double, shape: Double) throws(InferenceError) {
    self.scale = try Parameter.positive("scale", scale)
    self.shape = try Parameter.positive("shape", shape)
  }

  /// The differential entropy.
  ///
  ///     H(p) = log(m/α) + 1 + 1/α
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double { SpecialFunctions.logRatio(scale, over: shape) + 1 + 1 / shape }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = ρ(α_q/α_p) + α_q log(m_p/m_q)
  ///
  /// - Special values: +inf where the target's minimum is below the model's.
  /// - Accuracy: relative error at most 1e-14, near equality too.
  ///
  /// Source: Gil, Alajaji and Linder 2013, *Inf. Sci.* 249, table 2 (Pareto), with minima of their own.
  public func divergence(to model: Pareto) -> Double {
    guard scale >= model.scale else { return .infinity }
    return SpecialFunctions.ratioExcess(model.shape, over: shape)
      + model.shape * SpecialFunctions.logRatio(scale, over: model.scale)
  }
}
