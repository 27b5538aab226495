public import KullbackMatrix

extension BLAS {
  /// The product of two matrices, C = α op(A) op(B), as a new matrix.
  ///
  /// - Shapes: op(A) is m × k, op(B) is k × n, the result is m × n.
  /// - Special values: k = 0 gives zeros.
  /// - Complexity: 2 m n k operations on OpenBLAS's threads; allocates the result alone.
  /// - Throws: `shapeMismatch` when the inner dimensions differ, `tooLarge`.
  ///
  /// Source: BLAS level 3, ?gemm.
  public static func gemm<Scalar: LinearAlgebraScalar>(
    _ first: Matrix<Scalar>, _ second: Matrix<Scalar>, transposeFirst: Bool = false,
    transposeSecond: Bool = false, alpha: Scalar = 1
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    var result: Matrix<Scalar> = try makeResult(
      rows: transposeFirst ? first.columns : first.rows,
      columns: transposeSecond ? second.rows : second.columns, "gemm")
    try gemm(
      first, second, transposeFirst: transposeFirst, transposeSecond: transposeSecond,
      alpha: alpha, beta: 0, into: &result)
    return result
  }

  /// The product of two matrices added to a third, C ← α op(A) op(B) + β C.
  ///
  /// - Shapes: op(A) is m × k, op(B) is k × n, `result` is m × n.
  /// - Special values: with β = 0 what `result` held, NaN included, does not matter.
  /// - Complexity: 2 m n k operations on OpenBLAS's threads; allocates nothing as long as
  ///   `result` does not share its storage.
  /// - Throws: `shapeMismatch` (of the factors, or of their product and the result), `tooLarge`;
  ///   `result` is untouched then.
  ///
  /// Source: BLAS level 3, ?gemm.
  public static func gemm<Scalar: LinearAlgebraScalar>(
    _ first: Matrix<Scalar>, _ second: Matrix<Scalar>, transposeFirst: Bool = false,
    transposeSecond: Bool = false, alpha: Scalar = 1, beta: Scalar = 0,
    into result: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    let rows = transposeFirst ? first.columns : first.rows
    let inner = transposeFirst ? first.rows : first.columns
    let columns = transposeSecond ? second.rows : second.columns
    guard inner == (transposeSecond ? second.columns : second.rows) else {
      throw .shapeMismatch(
        routine: "gemm", first: first.operandShape, second: second.operandShape)
    }
    guard result.rows == rows, result.columns == columns else {
      throw .shapeMismatch(
        routine: "gemm", first: OperandShape(rows: rows, columns: columns),
        second: result.operandShape)
    }
    try checkSizes(of: first, "gemm")
    try checkSizes(of: second, "gemm")
    try checkSizes(of: result, "gemm")
    let m = try checkedSize(rows, "gemm")
    let n = try checkedSize(columns, "gemm")
    let k = try checkedSize(inner, "gemm")
    guard m > 0, n > 0 else { return }
    // SAFETY: the shapes agree with m, n and k, and the sizes fit.
    unsafe withOperand(first) { a, strideA in
      unsafe withOperand(second) { b, strideB in
        unsafe withMutableOperand(&result) { c, strideC in
          unsafe Scalar.routines.gemm(
            transposeFirst, transposeSecond, m, n, k, alpha, a, strideA, b, strideB, beta, c,
            strideC)
        }
      }
    }
  }
}
