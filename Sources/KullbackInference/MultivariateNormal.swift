internal import KullbackLinearAlgebra
public import KullbackMatrix

/// A normal distribution in several dimensions, by mean and Cholesky factor of the covariance.
///
///     N(x | m, Σ),  Σ = L Lᵀ
public struct MultivariateNormal: Sendable, Equatable {
  /// The mean.
  public let mean: [Double]
  /// The lower triangular L of Σ = L Lᵀ, with a positive diagonal.
  public let factor: Matrix<Double>

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
    do {
      factor = try LAPACK.potrf(covariance)
    } catch {
      throw InferenceError(error)
    }
  }

  /// The distribution with a mean and the lower Cholesky factor of its covariance.
  ///
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` where a number is not finite or the
  ///   diagonal not positive. What stands above the diagonal is read as 0.
  public init(mean: [Double], factor: Matrix<Double>) throws(InferenceError) {
    try Self.check(mean, factor)
    var factor = factor
    for row in 0..<mean.count {
      let pivot = factor[row, row]
      guard pivot > 0 else {
        throw .invalidParameter("diagonal of the factor", pivot, mustBe: "above 0")
      }
      for column in (row + 1)..<max(row + 1, mean.count) { factor[row, column] = 0 }
    }
    self.mean = mean
    self.factor = factor
  }

  /// The covariance L Lᵀ, both triangles.
  public var covariance: Matrix<Double> {
    get throws { try BLAS.gemm(factor, factor, transposeSecond: true) }
  }

  private static func check(
    _ mean: [Double], _ matrix: Matrix<Double>
  ) throws(InferenceError) {
    guard matrix.rows == mean.count, matrix.columns == mean.count else {
      throw .lengthMismatch(
        "rows and columns of the matrix", expected: mean.count,
        given: matrix.rows == mean.count ? matrix.columns : matrix.rows)
    }
    guard let bad = mean.first(where: { !$0.isFinite }) else { return }
    throw .invalidParameter("mean", bad, mustBe: "finite")
  }
}
