internal import CLibm

/// A Gumbel distribution of maxima, by location and scale.
///
///     p(x) = exp(-z - exp(-z)) / β,  z = (x - μ) / β
public struct Gumbel: DistributionFamily, Equatable {
  /// The location μ, the mode.
  public let location: Double
  /// The scale β.
  public let scale: Double

  /// The distribution with a location and a scale (SciPy's `gumbel_r`).
  ///
  /// - Throws: `InferenceError.invalidParameter` unless the location is finite and the scale finite and
  ///   above 0.
  public init(location: Double, scale: Double) throws(InferenceError) {
    self.location = try Parameter.finite("location", location)
    self.scale = try Parameter.positive("scale", scale)
  }

  /// The differential entropy.
  ///
  ///     H(p) = log β + γ + 1
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., table 17.1 (extreme value).
  public var entropy: Double { log(scale) + (1 + SpecialFunctions.eulerGamma) }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = log(β_q/β_p) + γ (β_p/β_q - 1) - d + e^d Γ(1 + β_p/β_q) - 1,  d = (μ_q - μ_p) / β_q
  ///
  /// - Accuracy: as `divergence(_:over:distance:)`.
  ///
  /// Source: Gil, Alajaji and Linder 2013, *Inf. Sci.* 249, table 2 (Gumbel, with one scale); with scales of
  /// their own from E z = γ and E exp(-s z) = Γ(1 + s), which `FamilyGoldenTests` holds to the integral.
  public func divergence(to model: Gumbel) -> Double {
    Self.divergence(
      scale, over: model.scale,
      distance: SpecialFunctions.difference(model.location, location, over: model.scale))
  }

  /// The divergence as a function of β_p, β_q and d = (μ_q - μ_p)/β_q.
  ///
  ///     D = φ(log Γ(1 + r) + d) + [log Γ(r) + γ (r - 1)],  r = β_p/β_q,  φ(t) = exp t - 1 - t
  ///
  /// The bracket is `SpecialFunctions.logGammaExcess` from 1 to r; neither term is negative.
  ///
  /// - Accuracy: relative error at most 1e-12 while log Γ(1 + r) and |d| stay below 100, near equality too;
  ///   beyond, exp takes their rounding for a relative error. +inf where the value overflows.
  static func divergence(_ scale: Double, over other: Double, distance: Double) -> Double {
    let ratio = scale / other
    // The bracket alone overflows.
    if ratio == .infinity { return ratio }
    // Γ(1 + r) is 1, and Γ(r) is 1/r, which may overflow.
    if ratio < 1e-290 {
      return SpecialFunctions.expExcess(distance)
        - (SpecialFunctions.logRatio(scale, over: other) + SpecialFunctions.eulerGamma)
    }
    let less1 = (scale - other) / other
    let bracket = SpecialFunctions.logGammaExcess(from: 1, to: ratio, difference: less1)
    guard bracket < .infinity else { return bracket }
    let logGamma =
      abs(less1) <= 0.5
      ? SpecialFunctions.logGammaNear(2, plus: less1) : SpecialFunctions.logGamma(1 + ratio)
    return SpecialFunctions.expExcess(logGamma + distance) + bracket
  }
}
