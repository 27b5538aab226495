public import KullbackMatrix

extension BLAS {
  /// The product of a matrix and a vector, y = α op(A) x, as a new array.
  ///
  /// - Shapes: op(A) is m × n, `x` of n, the result of m.
  /// - Special values: n = 0 gives zeros.
  /// - Complexity: one read of the matrix; allocates the result alone.
  /// - Throws: `shapeMismatch`, `tooLarge`.
  ///
  /// Source: BLAS level 2, ?gemv.
  public static func gemv<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, _ x: [Scalar], transpose: Bool = false, alpha: Scalar = 1
  ) throws(LinearAlgebraError) -> [Scalar] {
    var y = [Scalar](repeating: 0, count: transpose ? matrix.columns : matrix.rows)
    try gemv(matrix, x, transpose: transpose, alpha: alpha, beta: 0, into: &y)
    return y
  }

  /// The product of a matrix and a vector added to another vector, y ← α op(A) x + β y.
  ///
  /// - Shapes: op(A) is m × n, `x` of n, `y` of m.
  /// - Special values: with β = 0 what `y` held, NaN included, does not matter.
  /// - Complexity: one read of the matrix; allocates nothing.
  /// - Throws: `shapeMismatch` (of the matrix and the vector that does not fit), `tooLarge`; `y` is
  ///   untouched then.
  ///
  /// Source: BLAS level 2, ?gemv.
  public static func gemv<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, _ x: [Scalar], transpose: Bool = false, alpha: Scalar = 1,
    beta: Scalar = 0, into y: inout [Scalar]
  ) throws(LinearAlgebraError) {
    for (vector, wanted) in [
      (x.count, transpose ? matrix.rows : matrix.columns),
      (y.count, transpose ? matrix.columns : matrix.rows),
    ] where vector != wanted {
      throw .shapeMismatch(
        routine: "gemv", first: matrix.operandShape,
        second: OperandShape(rows: vector, columns: 1))
    }
    try checkSizes(of: matrix, "gemv")
    let m = try checkedSize(matrix.rows, "gemv")
    let n = try checkedSize(matrix.columns, "gemv")
    // Libraries differ in whether β = 0 hides a NaN of y, and none looks at y when x is empty.
    if beta == 0 || x.isEmpty {
      for index in y.indices { y[index] = beta == 0 ? 0 : beta * y[index] }
    }
    // SAFETY: the lengths agree with the shape, and the sizes fit.
    unsafe withOperand(matrix) { a, stride in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe y.withUnsafeMutableBufferPointer { y in
          guard m > 0, n > 0, let x = x.baseAddress, let y = y.baseAddress else { return }
          unsafe Scalar.routines.gemv(transpose, m, n, alpha, a, stride, x, beta, y)
        }
      }
    }
  }
}
