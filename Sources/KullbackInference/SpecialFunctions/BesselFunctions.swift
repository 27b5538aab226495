internal import CLibm

extension SpecialFunctions {
  /// Arguments from here on use the asymptotic series.
  private static let besselSeriesFrom = 30.0
  /// The most terms of a power series: at 30 the last one is below 1e-40 of the sum.
  private static let besselTerms = 120

  /// log(e^(-κ) I₀(κ)), which does not overflow.
  ///
  /// - Range: κ >= 0.
  /// - Accuracy: relative error at most 2e-15 for κ <= 1e10.
  ///
  /// Source: NIST DLMF 10.25.2 below κ = 30, 10.40.1 above.
  package static func logScaledBesselI0(_ kappa: Double) -> Double {
    guard kappa >= besselSeriesFrom else { return logBesselI0(kappa) - kappa }
    // Σ ((2k-1)!!)² / (k! (8κ)^k); 30 terms at κ = 30 leave 1e-18.
    var (term, sum) = (1.0, 0.0)
    for k in 1...30 {
      let odd = Double(2 * k - 1)
      term *= odd * odd / (8 * Double(k) * kappa)
      sum += term
    }
    return log1p(sum) - (0.5 * log(kappa) + halfLogTwoPi)
  }

  /// log I₀(κ) by its power series.
  ///
  /// - Range: 0 <= κ <= 30.
  static func logBesselI0(_ kappa: Double) -> Double { log1p(besselSums(kappa).excess) }

  /// The mean resultant length A(κ) = I₁(κ) / I₀(κ) of a von Mises distribution.
  ///
  /// - Range: κ >= 0.
  /// - Accuracy: relative error at most 1e-15 for κ <= 1e10.
  ///
  /// Source: NIST DLMF 10.25.2 below κ = 30, `besselRatioComplement(_:)` above.
  package static func besselRatio(_ kappa: Double) -> Double {
    guard kappa < besselSeriesFrom else { return 1 - besselRatioComplement(kappa) }
    let sums = besselSums(kappa)
    return kappa / 2 * sums.first / (1 + sums.excess)
  }

  /// 1 - I₁(κ) / I₀(κ), near 1/(2κ) for large κ.
  ///
  /// - Range: κ >= 0.
  /// - Accuracy: relative error at most 1e-15 for κ >= 30, 5e-14 below.
  ///
  /// Source: the series B = Σ c_k κ^(-k) that solves 2B = 1/κ - B/κ + B² - B′, which is Riccati's equation
  /// A′ = 1 - A/κ - A² (from NIST DLMF 10.29.2) for A = 1 - B.
  package static func besselRatioComplement(_ kappa: Double) -> Double {
    guard kappa >= besselSeriesFrom else { return 1 - besselRatio(kappa) }
    let inverse = 1 / kappa
    return inverse * ratioCoefficients.reversed().reduce(0) { $0 * inverse + $1 }
  }

  /// The derivative A′(κ) = 1 - A/κ - A² of `besselRatio(_:)`.
  ///
  /// - Range: κ >= 0.
  /// - Accuracy: relative error at most 2e-15 for κ <= 1e10.
  ///
  /// Source: below κ = 30, I₀² A′ = I₀² - I₀ I₁ / κ - I₁² = ½ Σ (2k)! / (k! (k + 1)!)² (κ²/4)^k by NIST DLMF
  /// 10.31.3, whose terms are all positive; above, as `besselRatioComplement(_:)`.
  package static func besselRatioSlope(_ kappa: Double) -> Double {
    guard kappa >= besselSeriesFrom else {
      let quarter = kappa * kappa / 4
      var (term, sum) = (1.0, 1.0)
      for index in 1...besselTerms {
        let k = Double(index)
        term *= quarter * (2 * k) * (2 * k - 1) / (k * k * (k + 1) * (k + 1))
        sum += term
        if term <= sum * 1e-18 { break }
      }
      let zero = 1 + besselSums(kappa).excess
      return sum / (2 * zero * zero)
    }
    let inverse = 1 / kappa
    return besselRatioSquaredSlope(kappa) * inverse * inverse
  }

  /// κ² A′(κ), which is near ½ for large κ where A′ itself may underflow.
  ///
  /// - Range: κ >= 0.
  /// - Accuracy: as `besselRatioSlope(_:)`.
  static func besselRatioSquaredSlope(_ kappa: Double) -> Double {
    guard kappa >= besselSeriesFrom else { return kappa * kappa * besselRatioSlope(kappa) }
    let inverse = 1 / kappa
    var series = 0.0
    for (index, coefficient) in ratioCoefficients.enumerated().reversed() {
      series = series * inverse + Double(index + 1) * coefficient
    }
    return series
  }

  /// How far log I₀(b) lies above the tangent of log I₀ at a.
  ///
  ///     log I₀(b) - log I₀(a) - (b - a) A(a) = (b - a)² ∫₀¹ (1 - s) A′(a + s (b - a)) ds >= 0
  ///
  /// - Range: a, b >= 0.
  /// - Accuracy: relative error at most 1e-13, however near or far.
  ///
  /// Source: the integral is Taylor's remainder (NIST DLMF 1.4.35). For arguments within a factor of two it is
  /// taken by the Gauss-Legendre rule of 16 points, whose error is below 1e-20: the nearest singularities
  /// of A′ are the zeros of I₀ on the imaginary axis.
  package static func logBesselExcess(from a: Double, to b: Double) -> Double {
    let difference = b - a
    if difference == 0 { return 0 }
    if b >= a / 2, b <= 2 * a {
      var sum = 0.0
      for (node, weight) in gaussLegendre {
        let (low, high) = ((1 - node) / 2, (1 + node) / 2)
        for (share, rest) in [(low, high), (high, low)] {
          let kappa = a + share * difference
          let step = difference / kappa
          sum += weight * rest * step * step * besselRatioSquaredSlope(kappa)
        }
      }
      return sum / 2
    }
    // Far apart, only what is linear in κ could cancel: it is taken off where it is large.
    if max(a, b) <= 1 { return logBesselI0(b) - logBesselI0(a) - difference * besselRatio(a) }
    return logScaledBesselI0(b) - logScaledBesselI0(a) + difference * besselRatioComplement(a)
  }

  /// I₀(κ) - 1 and 2 I₁(κ) / κ by their power series, all of whose terms are positive.
  private static func besselSums(_ kappa: Double) -> (excess: Double, first: Double) {
    let quarter = kappa * kappa / 4
    var (excess, first) = (0.0, 1.0)
    var (zeroTerm, firstTerm) = (1.0, 1.0)
    for index in 1...besselTerms {
      let k = Double(index)
      zeroTerm *= quarter / (k * k)
      firstTerm *= quarter / (k * (k + 1))
      excess += zeroTerm
      first += firstTerm
      if zeroTerm <= excess * 1e-18 { break }
    }
    return (excess, first)
  }

  /// The coefficients c_k for k = 1...30, all of them positive.
  ///
  ///     2 c_k = (k - 2) c_(k-1) + Σ_{i+j=k} c_i c_j,  c₁ = ½
  private static let ratioCoefficients: [Double] = {
    var c = [0.0, 0.5]
    for k in 2...30 {
      var sum = Double(k - 2) * c[k - 1]
      for i in 1..<k { sum += c[i] * c[k - i] }
      c.append(sum / 2)
    }
    return Array(c.dropFirst())
  }()

  /// The positive nodes and their weights of the Gauss-Legendre rule of 16 points on (-1, 1).
  ///
  /// Source: NIST DLMF 3.5(v); computed to 20 digits as the zeros of the Legendre polynomial.
  private static let gaussLegendre: [(node: Double, weight: Double)] = [
    (0.095_012_509_837_637_440_18, 0.189_450_610_455_068_496_29),
    (0.281_603_550_779_258_913_23, 0.182_603_415_044_923_588_87),
    (0.458_016_777_657_227_386_34, 0.169_156_519_395_002_538_19),
    (0.617_876_244_402_643_748_45, 0.149_595_988_816_576_732_08),
    (0.755_404_408_355_003_033_9, 0.124_628_971_255_533_872_05),
    (0.865_631_202_387_831_743_88, 0.095_158_511_682_492_784_81),
    (0.944_575_023_073_232_576_08, 0.062_253_523_938_647_892_86),
    (0.989_400_934_991_649_932_6, 0.027_152_459_411_754_094_85),
  ]
}
