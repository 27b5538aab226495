internal import KullbackMatrix
internal import CLibm

/// A density on a line at evenly spaced points, for drawing.
public struct DensityCurve: Sendable {
  /// Places and densities, from left to right; between the ends the integral is 1.
  public let points: [PlanePoint]

  /// The curve of a density between two places, divided by its integral between them.
  ///
  /// - Parameters:
  ///   - density: on one dimension, normalised or not.
  ///   - range: where it is drawn. What lies outside does not count.
  ///   - count: how many points, at least 2.
  /// - Throws: `InferenceError.lengthMismatch` for another dimension, `.noDensity` where it is 0 at all points,
  ///   `.invalidDensity` where its logarithm is NaN or +inf, what `density` throws.
  public init(_ density: any Density, over range: ClosedRange<Double>, count: Int) throws {
    guard density.dimension == 1 else {
      throw InferenceError.lengthMismatch(
        "dimensions of a curve", expected: 1, given: density.dimension)
    }
    let places = evenlySpaced(range, count)
    let column = Matrix(places, rows: places.count, columns: 1)
    let logarithms = try density.logDensities(at: column)
    try density.checkDensities(logarithms, column)
    let most = logarithms.max() ?? -.infinity
    guard most > -.infinity else { throw InferenceError.noDensity(draws: places.count) }
    let values = logarithms.map { exp($0 - most) }
    let step = (range.upperBound - range.lowerBound) / Double(places.count - 1)
    let ends = 0.5 * (values[0] + values[values.count - 1])
    let integral = (values.reduce(0, +) - ends) * step
    points = zip(places, values).map { PlanePoint(x: $0, y: $1 / integral) }
  }

  /// The largest density.
  public var height: Double { points.reduce(0) { max($0, $1.y) } }
}

/// So many places from the lower to the upper bound, both included.
func evenlySpaced(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
  let count = max(2, count)
  return (0..<count).map { index in
    let share = Double(index) / Double(count - 1)
    return range.lowerBound * (1 - share) + range.upperBound * share
  }
}
