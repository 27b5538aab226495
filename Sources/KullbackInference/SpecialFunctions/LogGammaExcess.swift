internal import CLibm

extension SpecialFunctions {
  /// How far log Γ(b) lies above the tangent of log Γ at a.
  ///
  ///     log Γ(b) - log Γ(a) - (b - a) ψ(a) >= 0
  ///
  /// - Range: a, b > 0.
  /// - Parameter difference: b - a, with as many digits as the caller has.
  /// - Accuracy: relative error at most 1e-14 with the difference as given, for a and b within
  ///   1e-10...1e10, however near or far.
  ///
  /// Source: `shapeExcess(from:to:difference:)`, which leaves b ρ(a/b).
  package static func logGammaExcess(
    from a: Double, to b: Double, difference: Double
  ) -> Double {
    b * ratioExcess(a, over: b, difference: -difference)
      + shapeExcess(from: a, to: b, difference: difference)
  }

  /// The divergence of a Gamma distribution of shape a from one of shape b with the same mean.
  ///
  ///     C(a, b) = log Γ(b) - log Γ(a) - (b - a) ψ(a) - b ρ(a/b) >= 0
  ///
  /// Of two Gamma distributions it is all that depends on the shapes alone; ½ ρ(b/a) for large shapes.
  ///
  /// - Range: a, b > 0.
  /// - Parameter difference: b - a, with as many digits as the caller has.
  /// - Special values: +inf where b/a, which it is near to for small a, overflows.
  /// - Accuracy: relative error at most 1e-13 with the difference as given, for all a and b, however near or
  ///   far.
  ///
  /// Source: NIST DLMF 5.11.1 put into the definition. With h = b - a and powers p = 1/a, q = 1/b, the term
  /// x^(-n) of Stirling's series leaves q^n - p^n + n h p^(n+1) = h² p q Σ_{i<n} (n - i) p^(n-i) q^i. Smaller
  /// arguments are moved up by N: log Γ(x) = log Γ(x + N) - Σ log(x + j), whose logarithms leave ρ.
  package static func shapeExcess(
    from a: Double, to b: Double, difference h: Double
  ) -> Double {
    // So far above a and 1, Stirling's series of b leaves its first terms alone.
    if b > 0x1p60 * max(a, 1) { return b * logLessDigamma(a) - (logRatio(b, over: a) + 1) / 2 }
    let shift = max(0, (stirlingFrom - min(a, b)).rounded(.up))
    let (upperA, upperB) = (a + shift, b + shift)
    var sum = ratioExcess(upperB, over: upperA, difference: h) / 2
    sum += stirlingExcess(upperA, upperB, h)
    for step in stride(from: 0, to: shift, by: 1) {
      sum += ratioExcess(b + step, over: a + step, difference: h)
    }
    return shift == 0 || sum == .infinity ? sum : sum - meanExcess(a, b, h, shift: shift)
  }

  /// b ρ(a/b) - (b + N) ρ((a + N)/(b + N)), which is not negative for N >= 0.
  ///
  /// - Parameter difference: b - a, with as many digits as the caller has.
  /// - Accuracy: relative error about 1e-14 near equality; far from it absolute, against b and N.
  static func meanExcess(
    _ a: Double, _ b: Double, _ difference: Double, shift: Double
  ) -> Double {
    let (upperA, upperB) = (a + shift, b + shift)
    // (a + N)/(b + N) = 1 + y and a (b + N) / (b (a + N)) = 1 + x.
    let y = -difference / upperB
    let x = shift / upperA * (-difference / b)
    guard abs(x) > 0.5 || abs(y) > 0.5 else {
      // To first order in the difference the two logarithms cancel: these are what is left.
      return b * logExcess(x) - shift * logExcess(y)
        + shift * (difference / upperA) * (difference / upperB)
    }
    return shift * logRatio(upperA, over: upperB)
      - b * (logRatio(a, over: b) + logRatio(upperB, over: upperA))
  }

  /// How far R(b) lies above the tangent of R = `stirlingRemainder(_:)` at a; both at least 10.
  private static func stirlingExcess(_ a: Double, _ b: Double, _ h: Double) -> Double {
    let (p, q) = (1 / a, 1 / b)
    // inner = Σ_{i<n} p^(n-i) q^i and outer = Σ_{i<n} (n - i) p^(n-i) q^i, n going up by ones.
    var (inner, outer, power) = (0.0, 0.0, 1.0)
    var sum = 0.0
    for n in 1..<2 * stirlingCoefficients.count {
      inner = p * (inner + power)
      outer = p * outer + inner
      power *= q
      if n % 2 == 1 { sum += stirlingCoefficients[n / 2] * outer }
    }
    return h * p * (h * q) * sum
  }
}
