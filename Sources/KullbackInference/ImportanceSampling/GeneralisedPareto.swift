internal import CLibm

/// A generalised Pareto distribution from 0 on, with distribution function 1 - (1 + k x / σ)^(-1/k).
struct GeneralisedPareto: Sendable {
  /// The shape k: moments of order 1/k and above do not exist.
  let shape: Double
  /// The scale σ.
  let scale: Double

  /// The distribution fitted to excesses in ascending order, all at least 0 and the largest above 0.
  ///
  /// A mean over a grid of the profile likelihood, with a weak prior that draws k towards ½ as ten excesses would.
  ///
  /// Source: Zhang and Stephens, *Technometrics* 51 (2009) 316; the prior on k of Vehtari et al., J. Mach. Learn.
  /// Res. 25(72) (2024).
  init(fitting excesses: [Double]) {
    let count = excesses.count
    let largest = excesses[count - 1]
    let quarter = max(0, Int((Double(count) / 4 + 0.5).rounded(.down)) - 1)
    // Ties at the cut leave excesses of 0, which have no quartile to speak of.
    let quartile = excesses[quarter...].first { $0 > 0 } ?? largest
    let grid = 30 + Int(Double(count).squareRoot())
    func meanLog(_ b: Double) -> Double {
      excesses.reduce(0) { $0 + log1p(-b * $1) } / Double(count)
    }
    var (slopes, profiles) = ([Double](), [Double]())
    for index in 1...grid {
      let b =
        1 / largest
        + (1 - (Double(grid) / (Double(index) - 0.5)).squareRoot()) / (3 * quartile)
      let k = meanLog(b)
      let profile = Double(count) * (log(-b / k) - k - 1)
      guard profile.isFinite else { continue }
      slopes.append(b)
      profiles.append(profile)
    }
    let top = profiles.max() ?? 0
    var (sum, b) = (0.0, 0.0)
    for (slope, profile) in zip(slopes, profiles) {
      let weight = exp(profile - top)
      sum += weight
      b += weight * slope
    }
    b /= sum
    let k = meanLog(b)
    scale = -k / b
    shape = (Double(count) * k + 5) / (Double(count) + 10)
  }

  /// The point below which a share p of the mass lies, 0 <= p < 1.
  func quantile(_ p: Double) -> Double {
    let fall = log1p(-p)
    return abs(shape) < 1e-12 ? -scale * fall : scale * expm1(-shape * fall) / shape
  }
}
