public import KullbackMatrix

/// How far a density's gradient is from differences of its values, and where it is farthest.
public struct GradientCheck: Sendable, Equatable {
  /// The largest relative difference.
  public let relativeDifference: Double
  /// The point of the largest difference: a row.
  public let point: Int
  /// The dimension of the largest difference: a column.
  public let dimension: Int
  /// What the density gives for the derivative there.
  public let gradient: Double
  /// What the differences give.
  public let difference: Double

  /// Whether the gradient is that of the values, to six digits.
  public var agrees: Bool { relativeDifference <= 1e-6 }
}

extension GradientCheck: CustomStringConvertible {
  /// A sentence.
  public var description: String {
    let place = "at point \(point) in dimension \(dimension)"
    let (slope, quotient) = (gradient.spelt(digits: 12), difference.spelt(digits: 12))
    let values = "the gradient is \(slope) and differences of the values give \(quotient)"
    return agrees
      ? "the gradient is that of the values; farthest \(place), where \(values)"
      : "the gradient is not that of the values: \(place) \(values)"
  }
}

/// Compares a density's gradient with differences of its values.
///
///     f' ≈ (8 f(x+h) - 8 f(x-h) - f(x+2h) + f(x-2h)) / 12h
///
/// Relative to the larger of both, and at least to a thousandth of the point's largest derivative and to what rounding
/// leaves of the difference. A difference that is not a number counts as infinite.
///
/// - Parameters:
///   - density: whose gradient is in question.
///   - points: where to compare; away from places where the density bends sharply. Shape: count × dimension.
///   - step: h, times the larger of 1 and the coordinate.
/// - Complexity: 4 × dimension values for each point.
/// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` where there are no points or dimensions; what the
///   density throws.
public func checkGradient(
  of density: some Density, at points: Matrix<Double>, step: Double = 1e-3
) throws -> GradientCheck {
  let dimension = density.dimension
  guard dimension > 0 else {
    throw InferenceError.invalidParameter("dimension", Double(dimension), mustBe: "at least 1")
  }
  guard points.rows > 0 else {
    throw InferenceError.invalidParameter("number of points", 0, mustBe: "at least 1")
  }
  guard step > 0, step.isFinite else {
    throw InferenceError.invalidParameter("step", step, mustBe: "above 0 and finite")
  }
  try density.check(points)
  var gradients = Matrix<Double>(rows: points.rows, columns: dimension)
  _ = try density.logDensities(at: points, gradients: &gradients)
  var worst = GradientCheck(
    relativeDifference: -1, point: 0, dimension: 0, gradient: 0, difference: 0)
  let offsets = [1.0, -1, 2, -2]
  for row in 0..<points.rows {
    let point = points.row(row)
    var moved = Matrix([[Double]](repeating: point, count: 4 * dimension))
    var steps: [Double] = []
    for column in 0..<dimension {
      // Rounded so that x + h - x is h.
      let far = point[column] + step * max(1, abs(point[column]))
      steps.append(far - point[column])
      for (index, offset) in offsets.enumerated() {
        moved[4 * column + index, column] = point[column] + offset * steps[column]
      }
    }
    let values = try density.logDensities(at: moved)
    guard values.count == moved.rows else {
      throw InferenceError.lengthMismatch(
        "log densities", expected: moved.rows, given: values.count)
    }
    let gradient = gradients.row(row)
    let largest = gradient.reduce(0) { max($0, abs($1)) }
    for column in 0..<dimension {
      let f = values[4 * column..<4 * column + 4].map { $0 }
      let difference = (8 * (f[0] - f[1]) - (f[2] - f[3])) / (12 * steps[column])
      let rounding = 0x1p-52 * f.reduce(0) { max($0, abs($1)) } / steps[column]
      let size = max(abs(gradient[column]), abs(difference), largest / 1000, 1e7 * rounding)
      let apart = abs(gradient[column] - difference)
      var relative = apart == 0 ? 0 : apart / size
      if !relative.isFinite { relative = .infinity }
      guard relative > worst.relativeDifference else { continue }
      worst = GradientCheck(
        relativeDifference: relative, point: row, dimension: column, gradient: gradient[column],
        difference: difference)
    }
  }
  return worst
}
