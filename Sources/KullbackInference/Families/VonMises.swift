internal import CLibm

/// A von Mises distribution on the circle, by mean direction and concentration.
///
///     p(θ) = exp(κ cos(θ - μ)) / (2π I₀(κ))
public struct VonMises: DistributionFamily, Equatable {
  /// The mean direction μ, in radians.
  public let mean: Double
  /// The concentration κ; 0 is the uniform distribution.
  public let concentration: Double

  /// The distribution with a mean direction and a concentration.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless the direction is finite and the concentration
  ///   finite and not negative.
  public init(mean: Double, concentration: Double) throws(InferenceError) {
    self.mean = try Parameter.finite("mean direction", mean)
    self.concentration = try Parameter.notNegative("concentration", concentration)
  }

  /// The differential entropy.
  ///
  ///     H(p) = log(2π I₀(κ)) - κ A(κ),  A = I₁/I₀
  ///
  /// - Accuracy: error at most 1e-14 for concentrations up to 1e10, above of the larger of its two terms.
  ///
  /// Source: Mardia and Jupp, *Directional Statistics* (2000), put into the definition.
  public var entropy: Double {
    2 * SpecialFunctions.halfLogTwoPi + SpecialFunctions.logScaledBesselI0(concentration)
      + concentration * SpecialFunctions.besselRatioComplement(concentration)
  }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = log(I₀(κ_q)/I₀(κ_p)) - (κ_q - κ_p) A(κ_p) + 2 κ_q A(κ_p) sin²((μ_p - μ_q)/2)
  ///
  /// The first two are `SpecialFunctions.logBesselExcess`; neither part is negative.
  ///
  /// - Special values: +inf where the value overflows.
  /// - Accuracy: relative error at most 1e-13 for all parameters, near equality too.
  ///
  /// Source: Kitagawa and Rowley 2022, *von Mises-Fisher distributions and their statistical divergence*,
  /// arXiv:2202.05192, for the circle, put together.
  public func divergence(to model: VonMises) -> Double {
    // Half the difference as it rounds, and what the rounding took from it.
    let (a, b) = (mean / 2, -model.mean / 2)
    let difference = a + b
    let part = difference - a
    let rest = (a - (difference - part)) + (b - part)
    let half = sin(difference) * cos(rest) + cos(difference) * sin(rest)
    return SpecialFunctions.logBesselExcess(from: concentration, to: model.concentration)
      + (model.concentration * half) * (2 * half * SpecialFunctions.besselRatio(concentration))
  }
}
