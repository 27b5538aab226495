public import KullbackMatrix

extension LAPACK {
  /// The solution X of A X = B from the Cholesky factor of A, as a new matrix.
  ///
  /// - Shapes: `factor` is n × n, of which `triangle` is read; `right` and the result are n × m.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: 2 n² m operations; allocates the result alone.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the factor's diagonal holds a zero,
  ///   `tooLarge`.
  ///
  /// Source: LAPACK ?potrs, which is these two triangular solves; called as such they need no
  /// column-major copies.
  public static func potrs<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, _ right: Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    var result = right
    try potrs(factor: factor, inPlace: &result, triangle: triangle)
    return result
  }

  /// The solution X of A X = B from the Cholesky factor of A, into a matrix of B's shape.
  ///
  /// Shapes, special values and errors are those of the form that returns a new matrix;
  /// `shapeMismatch` also when `result` is not of B's shape. Allocates nothing as long as `result`
  /// does not share its storage. After an error `result` holds nothing of meaning.
  ///
  /// Source: LAPACK ?potrs.
  public static func potrs<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, _ right: Matrix<Scalar>, triangle: Triangle = .lower,
    into result: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    try copyElements(of: right, into: &result, "potrs")
    try potrs(factor: factor, inPlace: &result, triangle: triangle)
  }

  /// Solves A X = B from the Cholesky factor of A, B becoming X in place.
  ///
  /// - Shapes: `factor` is n × n, of which `triangle` is read; `right` is n × m.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: 2 n² m operations; allocates nothing as long as `right` does not share its storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the factor's diagonal holds a zero,
  ///   `tooLarge`; `right` is untouched then.
  ///
  /// Source: LAPACK ?potrs.
  public static func potrs<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, inPlace right: inout Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) {
    let lower = triangle == .lower
    try BLAS.trsm(factor, inPlace: &right, triangle: triangle, transpose: !lower)
    try BLAS.trsm(factor, inPlace: &right, triangle: triangle, transpose: lower)
  }
}
