public import KullbackMatrix
internal import CLibm

/// A normal distribution that is bent into a banana, a usual test of samplers and of approximations.
///
///     log p(x) = -x₁²/2s² - ½ (x₂ + b x₁² - b s²)² - ½ Σ_{j>2} xⱼ² - log s - n/2 log 2π
///
/// The density is normalised; its mean is 0, the variance of x₁ is s² and of x₂ is 1 + 2 b² s⁴.
///
/// Source: Haario, Saksman and Tamminen, *Comput. Statist.* 14 (1999) 375.
public struct Banana: Density {
  /// How many dimensions the points have, at least 2.
  public let dimension: Int
  /// The standard deviation s of the first dimension.
  public let scale: Double
  /// How strongly the second dimension bends with the first; 0 is a normal distribution.
  public let bend: Double

  /// A banana; the defaults are Haario's strongly bent one.
  ///
  /// - Throws: `InferenceError.invalidParameter` for fewer than two dimensions, a scale that is not above 0, a
  ///   bend that is not finite.
  public init(
    dimension: Int = 2, scale: Double = 10, bend: Double = 0.1
  ) throws(InferenceError) {
    guard dimension >= 2 else {
      throw .invalidParameter("dimension", Double(dimension), mustBe: "at least 2")
    }
    guard scale > 0, scale.isFinite else {
      throw .invalidParameter("scale", scale, mustBe: "above 0 and finite")
    }
    guard bend.isFinite else { throw .invalidParameter("bend", bend, mustBe: "finite") }
    (self.dimension, self.scale, self.bend) = (dimension, scale, bend)
  }

  /// The log density of each point and its gradient.
  ///
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    let constant = -log(scale) - Double(dimension) * logTwoPi / 2
    return try eachPoint(of: points, gradients: &gradients) { x, gradient in
      // No square of the first dimension or the scale is formed, which might overflow.
      let y = bend == 0 ? x[1] : x[1] + bend * (x[0] - scale) * (x[0] + scale)
      let first = x[0] / scale
      gradient[0] = -first / scale - 2 * bend * x[0] * y
      gradient[1] = -y
      var sum = first * first + y * y
      for index in 2..<max(2, x.count) {
        gradient[index] = -x[index]
        sum += x[index] * x[index]
      }
      return constant - sum / 2
    }
  }
}
