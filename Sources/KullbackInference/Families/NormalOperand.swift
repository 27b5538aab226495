internal import KullbackMatrix

/// One of two normals that are compared.
struct NormalOperand {
  /// The mean, as a row.
  var mean: Matrix<Double>
  /// The lower Cholesky factor of the covariance.
  var factor: Matrix<Double>
  /// The covariance that the factor was made of, of which the lower triangle counts.
  var covariance: Matrix<Double>?
}

extension NormalOperand {
  /// Room for a normal of this dimension.
  init(dimension: Int) {
    mean = Matrix(rows: 1, columns: dimension)
    factor = Matrix(rows: dimension, columns: dimension)
  }
}
