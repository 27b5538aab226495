public import KullbackMatrix

extension LAPACK {
  /// The Cholesky factor of a symmetric positive definite matrix: A = L Lᵀ, or A = Uᵀ U.
  ///
  /// - Shapes: n × n; only `triangle` is read. The result is n × n with zeros in the other triangle.
  /// - Complexity: n³ / 3 operations; one copy of the matrix.
  /// - Throws: `notSquare`, `notANumber`, `notPositiveDefinite`, `tooLarge`.
  ///
  /// Source: LAPACK ?potrf.
  public static func potrf<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    var factor = matrix
    try potrf(inPlace: &factor, triangle: triangle)
    // SAFETY: the factor is square.
    unsafe withMutableOperand(&factor) { a, stride in
      unsafe Scalar.routines.clear(
        triangle == .lower ? .upper : .lower, matrix.rows, a, Int(stride))
    }
    return factor
  }

  /// The Cholesky factor in place of the triangle of a symmetric positive definite matrix.
  ///
  /// - Shapes: n × n; only `triangle` is read and written.
  /// - Complexity: n³ / 3 operations; allocates nothing as long as the storage is not shared.
  /// - Throws: `notSquare`, `notANumber` and `tooLarge` with the matrix untouched;
  ///   `notPositiveDefinite` with the triangle partly overwritten.
  ///
  /// Source: LAPACK ?potrf.
  public static func potrf<Scalar: LinearAlgebraScalar>(
    inPlace matrix: inout Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) {
    let order = try checkedOrder(of: matrix, "potrf")
    try checkNumbers(in: matrix, triangle, "potrf")
    guard order > 0 else { return }
    // SAFETY: the matrix is of `order`, and the sizes fit.
    let info = unsafe withMutableOperand(&matrix) { a, stride in
      unsafe Scalar.routines.potrf(triangle, order, a, stride)
    }
    guard info >= 0 else { throw .illegalArgument(routine: "potrf", position: Int(-info)) }
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    // OpenBLAS takes a NaN, which infinities can make on the way, for a good pivot.
    // SAFETY: the matrix is of `order`.
    let bad = unsafe withOperand(matrix) { a, stride in
      unsafe Scalar.routines.firstNotPositive(Int(order), a, Int(stride))
    }
    if let bad { throw .notPositiveDefinite(order: bad + 1) }
  }

  /// The inverse of a symmetric positive definite matrix from its Cholesky factor, both triangles
  /// filled.
  ///
  /// - Shapes: `factor` is n × n, of which `triangle` is read; the result is n × n and symmetric.
  /// - Complexity: 2 n³ / 3 operations; one copy of the factor.
  /// - Throws: `notSquare`, `notANumber`, `singular` when the factor's diagonal holds a zero,
  ///   `tooLarge`.
  ///
  /// Source: LAPACK ?potri.
  public static func potri<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    var inverse = factor
    try potri(inPlace: &inverse, triangle: triangle)
    // SAFETY: the inverse is square.
    unsafe withMutableOperand(&inverse) { a, stride in
      unsafe Scalar.routines.mirror(triangle, factor.rows, a, Int(stride))
    }
    return inverse
  }

  /// The inverse in place of the triangle of a Cholesky factor.
  ///
  /// - Shapes: n × n; only `triangle` is read and written.
  /// - Complexity: 2 n³ / 3 operations; allocates nothing as long as the storage is not shared.
  /// - Throws: `notSquare`, `notANumber`, `singular` and `tooLarge`; the matrix is untouched then.
  ///
  /// Source: LAPACK ?potri.
  public static func potri<Scalar: LinearAlgebraScalar>(
    inPlace factor: inout Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) {
    let order = try checkedOrder(of: factor, "potri")
    try checkNumbers(in: factor, triangle, "potri")
    // SAFETY: the matrix is of `order`.
    let zero = unsafe withOperand(factor) { a, stride in
      unsafe Scalar.routines.firstZero(Int(order), a, Int(stride))
    }
    if let zero { throw .singular(index: zero) }
    guard order > 0 else { return }
    // SAFETY: the matrix is of `order`, and the sizes fit.
    let info = unsafe withMutableOperand(&factor) { a, stride in
      unsafe Scalar.routines.potri(triangle, order, a, stride)
    }
    guard info >= 0 else { throw .illegalArgument(routine: "potri", position: Int(-info)) }
    guard info == 0 else { throw .singular(index: Int(info) - 1) }
  }

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
    try potrs(factor: factor, triangle: triangle, into: &result)
    return result
  }

  /// Solves A X = B from the Cholesky factor of A, B becoming X in place.
  ///
  /// - Shapes: `factor` is n × n, of which `triangle` is read; `right` is n × m.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: 2 n² m operations; allocates nothing as long as `right` does not share its storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the factor's diagonal holds a zero,
  ///   `tooLarge`; `right` is untouched then.
  ///
  /// Source: LAPACK ?potrs, which is these two triangular solves.
  public static func potrs<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, triangle: Triangle = .lower, into right: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    let lower = triangle == .lower
    try BLAS.trsm(factor, triangle: triangle, transpose: !lower, into: &right)
    try BLAS.trsm(factor, triangle: triangle, transpose: lower, into: &right)
  }

  /// Refuses a NaN in the triangle: LAPACK would return a factor of NaN, or none, with no error.
  static func checkNumbers<Scalar: LinearAlgebraScalar>(
    in matrix: Matrix<Scalar>, _ triangle: Triangle, _ routine: String
  ) throws(LinearAlgebraError) {
    // SAFETY: the callers checked that the matrix is square.
    let place = unsafe withOperand(matrix) { a, stride in
      unsafe Scalar.routines.firstNaN(triangle, matrix.rows, a, Int(stride))
    }
    guard let place else { return }
    throw .notANumber(routine: routine, row: place.row, column: place.column)
  }
}
