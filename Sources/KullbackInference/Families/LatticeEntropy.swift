internal import CLibm

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

  /// The most terms to either side of the mode, a quarter of a deviation apart where it is above 8: beyond
  /// nine deviations, or 100 of a small mean, nothing is left.
  private static let terms = 1000

  /// Σ P(k) (-log P(k)), from -log P(k), of a distribution whose mean is at least 1.
  func sum(_ surprisal: (Double) -> Double) -> Double {
    mean(of: surprisal) { _, surprisal in surprisal }
  }

  /// Σ P(k) f(k), from -log P(k) and what f makes of k and it: a smooth function that grows more slowly than P falls.
  func mean(
    of surprisal: (Double) -> Double, _ function: (_ k: Double, _ surprisal: Double) -> Double
  ) -> Double {
    let step = max(1, (deviation / 4).rounded(.down))
    var total = 0.0
    for direction in [-step, step] {
      for index in (direction < 0 ? 0 : 1)...Self.terms {
        let k = mode + Double(index) * direction
        guard k >= 0, k <= upper else { break }
        let value = surprisal(k)
        let mass = exp(-value)
        let term = mass == 0 ? 0 : mass * function(k, value)
        total += term
        // Past the peak of the terms each is smaller than the last: what follows adds nothing.
        if abs(k - mode) > 2 * deviation + 2, abs(term) <= abs(total) * 1e-18 { break }
      }
    }
    return total * step
  }

  /// Σ P(k) (-log P(k)) of a distribution on 0, 1, … whose mean is below 1, from P(0) and the quotients of
  /// P(k) by P(k - 1), which are below 1/k or so.
  ///
  /// - Accuracy: relative error at most 1e-14: no logarithm is taken off another.
  static func sum(surprisalOfZero: Double, quotient: (_ k: Double) -> Double) -> Double {
    var (mass, surprisal) = (exp(-surprisalOfZero), surprisalOfZero)
    var total = mass * surprisal
    for k in 1...100 {
      let quotient = quotient(Double(k))
      mass *= quotient
      guard mass > total * 1e-18 else { break }
      surprisal -= log(quotient)
      total += mass * surprisal
    }
    return total
  }

  /// log k! - (k + ½) log k + k - ½ log 2π: what Stirling's formula leaves of a factorial, for k >= 1.
  static func factorialRemainder(_ k: Double) -> Double {
    guard k < SpecialFunctions.stirlingFrom else { return SpecialFunctions.stirlingRemainder(k) }
    return SpecialFunctions.logGamma(k + 1) - (k + 0.5) * log(k)
      + (k - SpecialFunctions.halfLogTwoPi)
  }
}
