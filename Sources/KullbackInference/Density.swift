public import KullbackMatrix

/// A probability density on ℝⁿ, known up to a constant factor, with its gradient.
public protocol Density: Sendable {
  /// How many dimensions the points have.
  var dimension: Int { get }

  /// The logarithm of the density at each point, up to one constant for all.
  ///
  /// - Shapes: `points` is count × dimension; the result has count values. -inf is density 0.
  func logDensities(at points: Matrix<Double>) throws -> [Double]

  /// The logarithms and their gradients with respect to the points.
  ///
  /// - Shapes: as above; `gradients` is count × dimension and is overwritten.
  func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double]
}

extension Density {
  /// The logarithms alone, for a density that gives both together.
  ///
  /// - Throws: what the density throws.
  public func logDensities(at points: Matrix<Double>) throws -> [Double] {
    var gradients = Matrix<Double>(rows: points.rows, columns: dimension)
    return try logDensities(at: points, gradients: &gradients)
  }
}
