/// A Beta distribution on (0, 1).
///
///     p(x) = x^(a-1) (1 - x)^(b-1) / B(a, b)
public struct Beta: DistributionFamily, Equatable {
  /// The parameters a and b, the weights of x and of 1 - x.
  public let weights: Dirichlet

  /// The distribution with parameters a and b.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite and above 0.
  public init(a: Double, b: Double) throws(InferenceError) {
    weights = try Dirichlet(concentrations: [
      Parameter.positive("a", a), Parameter.positive("b", b),
    ])
  }

  /// The differential entropy.
  ///
  ///     H(p) = log B(a, b) - (a - 1) ψ(a) - (b - 1) ψ(b) + (a + b - 2) ψ(a + b)
  ///
  /// - Accuracy: as `Dirichlet`.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1.
  public var entropy: Double { weights.entropy }

  /// The divergence from a model: that of Dirichlet distributions of two components.
  ///
  /// - Accuracy: as `Dirichlet`.
  ///
  /// Source: Gil, Alajaji and Linder 2013, *Inf. Sci.* 249, table 2 (beta); see `Dirichlet`.
  public func divergence(to model: Beta) -> Double {
    weights.divergenceOfSameLength(to: model.weights)
  }
}
