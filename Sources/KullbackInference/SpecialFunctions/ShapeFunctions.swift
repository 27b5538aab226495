internal import CLibm

/// What of log Γ depends on a shape alone: T(x) = log Γ(x) - x log x + x, its slope -L(x) with
/// L(x) = log x - ψ(x), and s(x) = x² T″(x) = x² ψ′(x) - x.
///
/// All three fall: T without end, x L(x) and s(x) from 1 at 0 to ½. How far they fall between two numbers is
/// given with its digits however near the two are. Smaller arguments are moved up to where Stirling's series is
/// used, by recurrences of at most ten steps.
extension SpecialFunctions {
  /// T(x) - T(x + h).
  ///
  /// - Range: x, h > 0.
  /// - Accuracy: relative error at most 2e-14.
  ///
  /// Source: T(x) - T(x + 1) = (x + 1) log(1 + 1/x) - 1, and NIST DLMF 5.11.1.
  package static func shapeFall(_ x: Double, by h: Double) -> Double {
    let steps = stepsUp(x)
    var sum = 0.0
    for step in 0..<steps {
      let y = x + Double(step)
      let excess = h / (y + h + 1) / y
      let logarithm =
        excess < .infinity
        ? log1p(excess) : logRatio(y + h, over: y) + logRatio(y + 1, over: y + h + 1)
      // Below the least normal number the logarithm is less than h leaves of it.
      let rest = h * log1p(1 / max(y + h, .leastNormalMagnitude))
      sum += (y + 1) * logarithm - rest
    }
    let upper = x + Double(steps)
    let ratio = h / upper
    let logarithm = ratio < .infinity ? log1p(ratio) : log(h) - log(upper)
    return sum + logarithm / 2
      + powerFall(upper, by: h, stirlingCoefficients, odd: true)
  }

  /// x (L(x) - L(x + h)).
  ///
  /// - Range: x, h > 0.
  /// - Accuracy: relative error at most 2e-14.
  ///
  /// Source: L(x) - L(x + 1) = 1/x - log(1 + 1/x), and NIST DLMF 5.11.2.
  package static func scaledSlopeFall(_ x: Double, by h: Double) -> Double {
    let steps = stepsUp(x)
    var sum = 0.0
    for step in 0..<steps {
      let y = x + Double(step)
      // The fall of u - log(1 + u) from u = 1/y to v = 1/(y + h).
      let excess = h / (y + h + 1) / y
      sum += excess < 1e300 ? x * logExcess(excess) : h / (y + h + 1)
      sum += x / y * (h / (y + h)) / (y + h + 1)
    }
    let upper = x + Double(steps)
    return sum + x / upper * (h / (upper + h) / 2)
      + x * powerFall(upper, by: h, slopeCoefficients, odd: false)
  }

  /// x L(x) = x (log x - ψ(x)).
  ///
  /// - Range: x > 0.
  /// - Accuracy: relative error at most 3e-15.
  package static func scaledLogLessDigamma(_ x: Double) -> Double {
    x < 1e-300 ? 1 : x * logLessDigamma(x)
  }

  /// s(x) = x² ψ′(x) - x.
  ///
  /// - Range: x > 0.
  /// - Accuracy: absolute error at most 4e-15.
  ///
  /// Source: ψ′(x) = 1/x² + ψ′(x + 1), and NIST DLMF 5.15.8.
  package static func shapeCurvature(_ x: Double) -> Double {
    let steps = stepsUp(x)
    let upper = x + Double(steps)
    let series = curvatureSeries(upper)
    guard steps > 0 else { return series }
    let share = x / upper
    var sum = share * share * series - share * Double(steps)
    for step in 0..<steps {
      let share = x / (x + Double(step))
      sum += share * share
    }
    return sum
  }

  /// s(x) - s(x + h).
  ///
  /// - Range: x, h > 0.
  /// - Accuracy: error at most 2e-14 of h / (x + h), of which size it is for small x.
  package static func shapeCurvatureFall(_ x: Double, by h: Double) -> Double {
    guard h < x / 8 else { return shapeCurvature(x) - shapeCurvature(x + h) }
    let steps = stepsUp(x)
    let upper = x + Double(steps)
    let fall = powerFall(upper, by: h, curvatureCoefficients, odd: true)
    guard steps > 0 else { return fall }
    // The shares x / (x + j) rise to (x + h) / (x + h + j), which is by h j / ((x + j) (x + h + j)).
    func rise(_ step: Double) -> Double { h * step / ((x + step) * (x + h + step)) }
    func both(_ step: Double) -> Double { x / (x + step) + (x + h) / (x + h + step) }
    let n = Double(steps)
    var sum = n * rise(n) - rise(n) * both(n) * curvatureSeries(upper + h)
    sum += (x / upper) * (x / upper) * fall
    for step in 1..<max(2, steps) where step < steps {
      sum -= rise(Double(step)) * both(Double(step))
    }
    return sum
  }

  /// (2k - 1) B₂ₖ / (2k (2k - 1)): what stands before x^(-2k) in the series of L.
  private static let slopeCoefficients = stirlingCoefficients.enumerated().map { index, value in
    Double(2 * index + 1) * value
  }

  /// B₂ₖ: what stands before x^(1 - 2k) in that of s.
  private static let curvatureCoefficients = stirlingCoefficients.enumerated().map { index, value in
    Double((2 * index + 1) * (2 * index + 2)) * value
  }

  /// s(x) for x >= 10.
  private static func curvatureSeries(_ x: Double) -> Double {
    let inverse = 1 / x
    return 0.5 + inverse
      * curvatureCoefficients.reversed().reduce(0) { $0 * inverse * inverse + $1 }
  }

  /// By how many ones a number is moved up to where Stirling's series is used: at most ten.
  private static func stepsUp(_ x: Double) -> Int {
    x < stirlingFrom ? Int((stirlingFrom - x).rounded(.up)) : 0
  }

  /// Σ c_k (x^-n - (x + h)^-n), where n = 2k - 1, or 2k where it is not odd, k from 1.
  ///
  /// The difference of two powers p^n - q^n is p - q times Σ p^i q^(n-1-i), whose terms are all positive.
  private static func powerFall(
    _ x: Double, by h: Double, _ coefficients: [Double], odd: Bool
  ) -> Double {
    let (p, q) = (1 / x, 1 / (x + h))
    var (inner, power, sum) = (0.0, 1.0, 0.0)
    for n in 1...2 * coefficients.count {
      inner = p * inner + power
      power *= q
      if (n % 2 == 1) == odd { sum += coefficients[(n - 1) / 2] * inner }
    }
    return h / (x + h) * p * sum
  }
}
