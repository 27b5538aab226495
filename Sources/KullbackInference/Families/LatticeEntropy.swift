#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The entropy of a distribution on whole numbers whose probabilities fall away from one mode.
///
/// A wide one is summed over every s-th whole number and the sum taken s times, s a quarter of the standard
/// deviation: by Poisson's summation formula that leaves out what the Fourier transform of P log P has at
/// 2π/s and beyond, of the order exp(-2π² 4²) = 1e-137 for a shape near the normal one.
///
/// Source: Trefethen and Weideman 2014, *The exponentially convergent trapezoidal rule*, SIAM Review 56, 385.
struct LatticeEntropy {
  /// The most probable number, or one beside it.
  let mode: Double
  /// The standard deviation.
  let deviation: Double
  /// The largest number; the least is 0.
  let upper: Double

  /// Σ P(k) (-log P(k)), from -log P(k).
  func sum(_ surprisal: (Double) -> Double) -> Double {
    let step = max(1, (deviation / 4).rounded(.down))
    var total = 0.0
    for direction in [-step, step] {
      var k = direction < 0 ? mode : mode + direction
      while k >= 0, k <= upper {
        let value = surprisal(k)
        let term = exp(-value) * value
        total += term
        // Past the peak of the terms each is smaller than the last: what follows adds nothing.
        if abs(k - mode) > 2 * deviation + 2, term < total * 1e-18 { break }
        k += direction
      }
    }
    return total * step
  }

  /// log k! - (k + ½) log k + k - ½ log 2π: what Stirling's formula leaves of a factorial, for k >= 1.
  static func factorialRemainder(_ k: Double) -> Double {
    guard k < SpecialFunctions.stirlingFrom else { return SpecialFunctions.stirlingRemainder(k) }
    return SpecialFunctions.logGamma(k + 1) - (k + 0.5) * log(k)
      + (k - SpecialFunctions.halfLogTwoPi)
  }
}
