package import Kullback
internal import KullbackLinearAlgebra
public import KullbackMatrix

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension MultivariateNormal: Density {
  /// log N(x | m, Σ) at each point, with its normalising constant.
  ///
  ///     -½ |L⁻¹(x - m)|² - Σ log Lᵢᵢ - n/2 log 2π
  ///
  /// - Shapes: `points` is count × n.
  /// - Complexity: n² operations a point, by one triangular solve for all.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(at points: Matrix<Double>) throws -> [Double] {
    logDensities(whitened: try whitened(points))
  }

  /// log N(x | m, Σ) at each point, and its gradient -Σ⁻¹(x - m).
  ///
  /// - Shapes: `points` and `gradients` are count × n.
  /// - Complexity: 2 n² operations a point, by two triangular solves for all.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try check(points, gradients)
    gradients = try whitened(points)
    let values = logDensities(whitened: gradients)
    // One thread: OpenBLAS's threads divide by the number of points and round differently.
    try BLAS.withOneThread {
      try BLAS.trsm(factor, inPlace: &gradients, side: .right, alpha: -1)
    }
    return values
  }

  /// Independent draws, x = m + L z.
  ///
  /// - Shapes: the result is `count` × n.
  /// - Precondition: `count` is not negative.
  public func draws(_ count: Int, seed: UInt64) throws -> Matrix<Double> {
    var random = SplitMix(seed: seed)
    return try draws(fromStandard: .standardNormal(rows: count, columns: dimension, &random))
  }

  /// The draws m + L z that belong to standard normal ones, a row each.
  func draws(fromStandard standard: Matrix<Double>) throws -> Matrix<Double> {
    var result = try tiledProduct(standard, factor, transposeSecond: true)
    addToRows(of: &result, mean)
    return result
  }

  /// L⁻¹(x - m) for each point.
  func whitened(_ points: Matrix<Double>) throws -> Matrix<Double> {
    try check(points)
    var result = points
    addToRows(of: &result, mean.map { -$0 })
    try BLAS.withOneThread {
      try BLAS.trsm(factor, inPlace: &result, side: .right, transpose: true)
    }
    return result
  }

  /// The logarithm of the determinant of L.
  var logDeterminantOfFactor: Double {
    (0..<dimension).reduce(0) { $0 + log(factor[$1, $1]) }
  }

  private func logDensities(whitened: Matrix<Double>) -> [Double] {
    let (count, dimension) = (whitened.rows, self.dimension)
    let constant = -logDeterminantOfFactor - Double(dimension) * logOfTwoPi / 2
    return whitened.withElements { y, stride in
      (0..<count).map { row in
        var square = 0.0
        for column in 0..<dimension {
          square += y[row * stride + column] * y[row * stride + column]
        }
        return constant - square / 2
      }
    }
  }
}

extension Matrix<Double> {
  /// Independent standard normal deviates, row after row.
  package static func standardNormal(
    rows: Int, columns: Int, _ random: inout SplitMix
  ) -> Matrix<Double> {
    Matrix((0..<rows * columns).map { _ in random.normal() }, rows: rows, columns: columns)
  }
}

/// Adds a vector to every row of a matrix.
func addToRows(of matrix: inout Matrix<Double>, _ vector: [Double]) {
  let (rows, columns) = (matrix.rows, matrix.columns)
  guard rows > 0, columns > 0 else { return }
  matrix.withMutableElements { elements, stride in
    for row in 0..<rows {
      for column in 0..<columns { elements[row * stride + column] += vector[column] }
    }
  }
}
