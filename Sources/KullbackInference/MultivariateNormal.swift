internal import KullbackLinearAlgebra
public import KullbackMatrix

/// A normal distribution in several dimensions, by mean and Cholesky factor of the covariance.
///
///     N(x | m, Σ),  Σ = L Lᵀ
///
/// It remembers the covariance that it was made of, since a factor cannot tell apart covariances that differ
/// by roundings.
public struct MultivariateNormal: Sendable {
  /// The mean.
  public let mean: [Double]
  /// The lower triangular L of Σ = L Lᵀ, with a positive diagonal.
  public let factor: Matrix<Double>
  /// The covariance that the factor was made of, of which the lower triangle counts.
  let given: Matrix<Double>?

  /// How many dimensions it has.
  public var dimension: Int { mean.count }

  /// The distribution with a mean and a covariance, of which the lower triangle is read.
  ///
  /// - Complexity: n³ / 3 operations, one copy of the matrix.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` where a number is not finite,
  ///   `.notPositiveDefinite`.
  public init(mean: [Double], covariance: Matrix<Double>) throws(InferenceError) {
    try Self.check(mean, covariance)
    self.mean = mean
    // OpenBLAS's threads would divide the products differently, and round them so.
    factor = try algebra { () throws(LinearAlgebraError) in
      try BLAS.withOneThread { () throws(LinearAlgebraError) in try LAPACK.potrf(covariance) }
    }
    given = covariance
  }

  /// The distribution with a mean and the lower Cholesky factor of its covariance.
  ///
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` where a number is not finite or the
  ///   diagonal not positive. What stands above the diagonal is read as 0.
  public init(mean: [Double], factor: Matrix<Double>) throws(InferenceError) {
    try Self.check(mean, factor)
    var factor = factor
    let dimension = mean.count
    try factor.withMutableElements { (elements, stride) throws(InferenceError) in
      for row in 0..<dimension {
        let pivot = elements[row * stride + row]
        guard pivot > 0 else {
          throw .invalidParameter("diagonal of the factor", pivot, mustBe: "above 0")
        }
        for column in row + 1..<max(row + 1, dimension) { elements[row * stride + column] = 0 }
      }
    }
    self.mean = mean
    self.factor = factor
    given = nil
  }

  /// The distribution of independent components with these means and standard deviations.
  ///
  /// - Throws: as the form with a factor.
  init(mean: [Double], deviations: [Double]) throws(InferenceError) {
    var factor = Matrix<Double>(rows: deviations.count, columns: deviations.count)
    for (index, deviation) in deviations.enumerated() { factor[index, index] = deviation }
    try self.init(mean: mean, factor: factor)
  }

  /// The covariance, both triangles: the one it was made of, or L Lᵀ.
  public var covariance: Matrix<Double> {
    get throws {
      guard var result = given else {
        return try BLAS.gemm(factor, factor, transposeSecond: true)
      }
      let dimension = dimension
      result.withMutableElements { elements, stride in
        for row in 0..<dimension {
          for column in 0..<row {
            elements[column * stride + row] = elements[row * stride + column]
          }
        }
      }
      return result
    }
  }

  /// Checks shapes, and that the mean and the lower triangle are finite.
  static func check(
    _ mean: [Double], _ matrix: Matrix<Double>
  ) throws(InferenceError) {
    guard matrix.rows == mean.count, matrix.columns == mean.count else {
      throw .lengthMismatch(
        "rows and columns of the matrix", expected: mean.count,
        given: matrix.rows == mean.count ? matrix.columns : matrix.rows)
    }
    if let bad = mean.first(where: { !$0.isFinite }) {
      throw .invalidParameter("mean", bad, mustBe: "finite")
    }
    try checkFinite(lowerTriangleOf: matrix, "covariance or its factor")
  }
}

extension MultivariateNormal: CustomStringConvertible {
  /// The number of dimensions, and the first of them with mean ± standard deviation.
  public var description: String {
    let shown = min(dimension, 8)
    let components = (0..<shown).map { index in
      let deviation = factor.row(index).reduce(0) { $0 + $1 * $1 }.squareRoot()
      return "\(mean[index].spelt(digits: 5)) ± \(deviation.spelt(digits: 5))"
    }
    return "normal distribution in \(dimension) \(dimension == 1 ? "dimension" : "dimensions"): "
      + components.joined(separator: ", ") + (shown < dimension ? ", ..." : "")
  }
}

extension MultivariateNormal: Equatable {
  /// Whether means and factors agree.
  public static func == (left: MultivariateNormal, right: MultivariateNormal) -> Bool {
    left.mean == right.mean && left.factor == right.factor
  }
}

/// Refuses a number that is not finite in the lower triangle of a square matrix.
func checkFinite(
  lowerTriangleOf matrix: Matrix<Double>, _ name: String
) throws(InferenceError) {
  let order = matrix.rows
  try matrix.withElements { (elements, stride) throws(InferenceError) in
    for row in 0..<order {
      for column in 0...row where !elements[row * stride + column].isFinite {
        throw .invalidParameter(name, elements[row * stride + column], mustBe: "finite")
      }
    }
  }
}
