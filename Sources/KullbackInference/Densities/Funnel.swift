public import KullbackMatrix
internal import CLibm

/// Neal's funnel: the first dimension is the logarithm of the variance of all others.
///
///     v ~ N(0, s²),  xⱼ ~ N(0, exp v)
///
/// The density is normalised. No normal distribution is near it: the neck is narrow, the mouth wide.
///
/// Source: Neal, *Slice sampling*, Ann. Statist. 31 (2003) 705, section 8.
public struct Funnel: Density {
  /// How many dimensions the points have, v among them; at least 2.
  public let dimension: Int
  /// The standard deviation s of v.
  public let scale: Double

  /// A funnel; the defaults are Neal's.
  ///
  /// - Throws: `InferenceError.invalidParameter` for fewer than two dimensions, a scale that is not above 0.
  public init(dimension: Int = 10, scale: Double = 3) throws(InferenceError) {
    guard dimension >= 2 else {
      throw .invalidParameter("dimension", Double(dimension), mustBe: "at least 2")
    }
    guard scale > 0, scale.isFinite else {
      throw .invalidParameter("scale", scale, mustBe: "above 0 and finite")
    }
    (self.dimension, self.scale) = (dimension, scale)
  }

  /// The log density of each point and its gradient.
  ///
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    let others = Double(dimension - 1)
    let square = scale * scale
    let constant = -log(scale) - Double(dimension) * logTwoPi / 2
    return try eachPoint(of: points, gradients: &gradients) { x, gradient in
      var sum = 0.0
      for index in 1..<x.count {
        gradient[index] = -product(x[index], exp: -x[0])
        sum += x[index] * x[index]
      }
      let spread = product(sum, exp: -x[0])
      gradient[0] = -x[0] / square - others / 2 + spread / 2
      return constant - x[0] * x[0] / (2 * square) - others * x[0] / 2 - spread / 2
    }
  }
}
