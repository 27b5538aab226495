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
    clear(triangle == .lower ? .upper : .lower, of: &factor)
    return factor
  }

  /// The Cholesky factor of a symmetric positive definite matrix, into a matrix of its shape.
  ///
  /// - Shapes: n × n; only `triangle` is read. `factor` is n × n; its other triangle becomes zeros.
  /// - Complexity: n³ / 3 operations; allocates nothing as long as `factor` does not share its
  ///   storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `notANumber`, `notPositiveDefinite`, `tooLarge`. After
  ///   an error `factor` holds nothing of meaning.
  ///
  /// Source: LAPACK ?potrf.
  public static func potrf<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, triangle: Triangle = .lower, into factor: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    _ = try checkedOrder(of: matrix, "potrf")
    try copyElements(of: matrix, into: &factor, "potrf")
    try potrf(inPlace: &factor, triangle: triangle)
    clear(triangle == .lower ? .upper : .lower, of: &factor)
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
    mirror(triangle, of: &inverse)
    return inverse
  }

  /// The inverse of a symmetric positive definite matrix from its Cholesky factor, into a matrix of
  /// its shape.
  ///
  /// - Shapes: `factor` is n × n, of which `triangle` is read; `inverse` is n × n, both triangles
  ///   filled.
  /// - Complexity: 2 n³ / 3 operations; allocates nothing as long as `inverse` does not share its
  ///   storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `notANumber`, `singular`, `tooLarge`. After an error
  ///   `inverse` holds nothing of meaning.
  ///
  /// Source: LAPACK ?potri.
  public static func potri<Scalar: LinearAlgebraScalar>(
    factor: Matrix<Scalar>, triangle: Triangle = .lower, into inverse: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    _ = try checkedOrder(of: factor, "potri")
    try copyElements(of: factor, into: &inverse, "potri")
    try potri(inPlace: &inverse, triangle: triangle)
    mirror(triangle, of: &inverse)
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

  private static func clear<Scalar: LinearAlgebraScalar>(
    _ triangle: Triangle, of matrix: inout Matrix<Scalar>
  ) {
    let order = matrix.rows
    // SAFETY: the callers checked that the matrix is square.
    unsafe withMutableOperand(&matrix) { a, stride in
      unsafe Scalar.routines.clear(triangle, order, a, Int(stride))
    }
  }

  private static func mirror<Scalar: LinearAlgebraScalar>(
    _ triangle: Triangle, of matrix: inout Matrix<Scalar>
  ) {
    let order = matrix.rows
    // SAFETY: the callers checked that the matrix is square.
    unsafe withMutableOperand(&matrix) { a, stride in
      unsafe Scalar.routines.mirror(triangle, order, a, Int(stride))
    }
  }
}
