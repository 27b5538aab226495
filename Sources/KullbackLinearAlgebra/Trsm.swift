public import KullbackMatrix

extension BLAS {
  /// The solution X of op(A) X = α B or X op(A) = α B with a triangular A, as a new matrix.
  ///
  /// - Shapes: B and X are m × n; A is m × m on the left, n × n on the right. Only its `triangle`
  ///   is read, and not the diagonal when `unitDiagonal`, which then counts as ones.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: m² n operations on the left, m n² on the right; allocates the result alone.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the diagonal holds a zero, `tooLarge`.
  ///
  /// Source: BLAS level 3, ?trsm.
  public static func trsm<Scalar: LinearAlgebraScalar>(
    _ triangular: Matrix<Scalar>, _ right: Matrix<Scalar>, side: Side = .left,
    triangle: Triangle = .lower, transpose: Bool = false, unitDiagonal: Bool = false,
    alpha: Scalar = 1
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    var result = right
    try trsm(
      triangular, inPlace: &result, side: side, triangle: triangle, transpose: transpose,
      unitDiagonal: unitDiagonal, alpha: alpha)
    return result
  }

  /// The solution X of op(A) X = α B or X op(A) = α B with a triangular A, into a matrix of B's shape.
  ///
  /// Shapes, special values and errors are those of the form that returns a new matrix;
  /// `shapeMismatch` also when `result` is not of B's shape. Allocates nothing as long as `result`
  /// does not share its storage. After an error `result` holds nothing of meaning.
  ///
  /// Source: BLAS level 3, ?trsm.
  public static func trsm<Scalar: LinearAlgebraScalar>(
    _ triangular: Matrix<Scalar>, _ right: Matrix<Scalar>, side: Side = .left,
    triangle: Triangle = .lower, transpose: Bool = false, unitDiagonal: Bool = false,
    alpha: Scalar = 1, into result: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    try copyElements(of: right, into: &result, "trsm")
    try trsm(
      triangular, inPlace: &result, side: side, triangle: triangle, transpose: transpose,
      unitDiagonal: unitDiagonal, alpha: alpha)
  }

  /// Solves op(A) X = α B or X op(A) = α B with a triangular A, B becoming X in place.
  ///
  /// - Shapes: `right` is m × n; A is m × m on the left, n × n on the right. Only its `triangle`
  ///   is read, and not the diagonal when `unitDiagonal`, which then counts as ones.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: m² n operations on the left, m n² on the right; allocates nothing as long as
  ///   `right` does not share its storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the diagonal holds a zero, `tooLarge`;
  ///   `right` is untouched then.
  ///
  /// Source: BLAS level 3, ?trsm.
  public static func trsm<Scalar: LinearAlgebraScalar>(
    _ triangular: Matrix<Scalar>, inPlace right: inout Matrix<Scalar>, side: Side = .left,
    triangle: Triangle = .lower, transpose: Bool = false, unitDiagonal: Bool = false,
    alpha: Scalar = 1
  ) throws(LinearAlgebraError) {
    let order = try checkedOrder(of: triangular, "trsm")
    guard order == (side == .left ? right.rows : right.columns) else {
      throw .shapeMismatch(
        routine: "trsm", first: triangular.operandShape, second: right.operandShape)
    }
    try checkSizes(of: right, "trsm")
    let m = try checkedSize(right.rows, "trsm")
    let n = try checkedSize(right.columns, "trsm")
    // SAFETY: the matrix is of `order`.
    let zero = unsafe withOperand(triangular) { a, stride in
      unsafe unitDiagonal ? nil : Scalar.routines.firstZero(Int(order), a, Int(stride))
    }
    if let zero { throw .singular(index: zero) }
    guard m > 0, n > 0 else { return }
    // SAFETY: the shapes agree with m, n and the side, and the sizes fit.
    unsafe withOperand(triangular) { a, strideA in
      unsafe withMutableOperand(&right) { b, strideB in
        unsafe Scalar.routines.trsm(
          side, triangle, transpose, unitDiagonal, m, n, alpha, a, strideA, b, strideB)
      }
    }
  }
}
