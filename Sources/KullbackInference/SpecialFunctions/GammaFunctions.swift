internal import CLibm

extension SpecialFunctions {
  /// Arguments below are moved up to here by recurrences before Stirling's series is used.
  static let stirlingFrom = 10.0

  /// B₂ₖ / (2k (2k - 1)), k = 1...10: the series of `stirlingRemainder(_:)` in x^(1 - 2k).
  ///
  /// At x = 10 the first term left out is 2e-20.
  static let stirlingCoefficients: [Double] = [
    1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156,
    -3617.0 / 122_400, 43_867.0 / 244_188, -174_611.0 / 125_400,
  ]

  /// What Stirling's formula leaves of log Γ.
  ///
  ///     R(x) = log Γ(x) - (x - ½) log x + x - ½ log 2π
  ///
  /// - Range: x >= 10; 0 at +inf.
  /// - Accuracy: absolute error below 1e-17.
  ///
  /// Source: NIST DLMF 5.11.1.
  package static func stirlingRemainder(_ x: Double) -> Double {
    let inverse = 1 / x
    var series = 0.0
    for coefficient in stirlingCoefficients.reversed() {
      series = series * inverse * inverse + coefficient
    }
    return series * inverse
  }

  /// The derivative R′(x) of `stirlingRemainder(_:)`, so that ψ(x) = log x - 1/(2x) + R′(x).
  ///
  /// - Range: x >= 10.
  /// - Accuracy: absolute error below 1e-18.
  ///
  /// Source: NIST DLMF 5.11.2.
  package static func stirlingRemainderSlope(_ x: Double) -> Double {
    let inverse = 1 / x
    var series = 0.0
    for (index, coefficient) in stirlingCoefficients.enumerated().reversed() {
      series = series * inverse * inverse - Double(2 * index + 1) * coefficient
    }
    return series * inverse * inverse
  }

  /// log Γ(x).
  ///
  /// - Range: x > 0; +inf at 0 and at +inf.
  /// - Accuracy: relative error at most 4e-15 for 1e-300 <= x <= 1e300, near its zeros 1 and 2 too.
  ///
  /// Source: NIST DLMF 5.5.1 and 5.11.1; near 1 and 2, `logGammaExcess(from:to:difference:)`.
  package static func logGamma(_ x: Double) -> Double {
    if x < 0.5 { return logGammaNear(1, plus: x) - log(x) }
    if x <= 1.5 { return logGammaNear(1, plus: x - 1) }
    if x <= 3 { return logGammaNear(2, plus: x - 2) }
    guard x < stirlingFrom else {
      guard x < .infinity else { return x }
      return (x - 0.5) * (log(x) - 1) + (halfLogTwoPi - 0.5 + stirlingRemainder(x))
    }
    // Products of at most eight factors below 11: it ends because what is at least 3 and below 10 falls by 1.
    var (product, shifted) = (1.0, x)
    while shifted >= 3 {
      shifted -= 1
      product *= shifted
    }
    return log(product) + logGammaNear(2, plus: shifted - 2)
  }

  /// log Γ(zero + h), where `zero` is 1 or 2.
  ///
  /// - Range: zero + h > 0.
  /// - Accuracy: relative error at most 4e-15 with h as given.
  package static func logGammaNear(_ zero: Double, plus h: Double) -> Double {
    let slope = zero == 1 ? -eulerGamma : 1 - eulerGamma
    return slope * h + logGammaExcess(from: zero, to: zero + h, difference: h)
  }

  /// The digamma function ψ, the derivative of log Γ.
  ///
  /// - Range: x > 0; -inf at 0.
  /// - Accuracy: relative error at most 1e-15, near its zero at 1.46 absolute.
  ///
  /// Source: NIST DLMF 5.5.2 and 5.11.2.
  package static func digamma(_ x: Double) -> Double {
    let (upper, sum) = movedUp(x)
    return log(upper) + (stirlingRemainderSlope(upper) - 0.5 / upper) - sum
  }

  /// log x - ψ(x), which is above 0 and near 1/(2x) for large x.
  ///
  /// - Range: x > 0; +inf where 1/x overflows.
  /// - Accuracy: relative error at most 3e-15.
  ///
  /// Source: as `digamma(_:)`.
  package static func logLessDigamma(_ x: Double) -> Double {
    let (upper, sum) = movedUp(x)
    let rest = 0.5 / upper - stirlingRemainderSlope(upper)
    return upper == x ? rest : sum - logRatio(upper, over: x) + rest
  }

  /// The first of x, x + 1, … from which Stirling's series is used, and Σ 1/x over those before it: from 0 on,
  /// there are at most ten.
  private static func movedUp(_ x: Double) -> (upper: Double, sum: Double) {
    var (sum, upper) = (0.0, x)
    for _ in 0..<Int(stirlingFrom) where upper < stirlingFrom {
      sum += 1 / upper
      upper += 1
    }
    return (upper, sum)
  }

  /// The entropy of a Gamma distribution of rate 1.
  ///
  ///     e(x) = x + log Γ(x) + (1 - x) ψ(x),  near ½ log(2π e x) for large x
  ///
  /// - Range: x > 0.
  /// - Accuracy: error at most 3e-15 of max(1, |e(x)|): for large x nothing of the size of x is formed.
  package static func standardGammaEntropy(_ x: Double) -> Double {
    guard x >= stirlingFrom else { return x + logGamma(x) + (1 - x) * digamma(x) }
    return (0.5 * log(x) + (halfLogTwoPi + 0.5))
      + (stirlingRemainder(x) - 0.5 / x + (1 - x) * stirlingRemainderSlope(x))
  }
}
