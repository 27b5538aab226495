public import KullbackMatrix

extension BLAS {
  /// The product of a matrix and its own transpose, C = α A Aᵀ (or α Aᵀ A), both triangles filled.
  ///
  /// - Shapes: A is n × k (k × n when `transpose`), the result is n × n and symmetric bit for bit.
  /// - Complexity: n² k operations, half of gemm's; allocates the result alone.
  /// - Throws: `tooLarge`.
  ///
  /// Source: BLAS level 3, ?syrk.
  public static func syrk<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, transpose: Bool = false, alpha: Scalar = 1
  ) throws(LinearAlgebraError) -> Matrix<Scalar> {
    let order = transpose ? matrix.columns : matrix.rows
    var result: Matrix<Scalar> = try makeResult(rows: order, columns: order, "syrk")
    try syrk(matrix, transpose: transpose, alpha: alpha, beta: 0, into: &result)
    // SAFETY: the result is `order` × `order`.
    unsafe withMutableOperand(&result) { c, stride in
      unsafe Scalar.routines.mirror(.lower, order, c, Int(stride))
    }
    return result
  }

  /// Adds the product of a matrix and its own transpose to one triangle,
  /// C ← α A Aᵀ + β C (or α Aᵀ A + β C).
  ///
  /// - Shapes: A is n × k (k × n when `transpose`), `result` is n × n; only its `triangle` is read
  ///   and written.
  /// - Special values: with β = 0 what the triangle held, NaN included, does not matter.
  /// - Complexity: n² k operations on OpenBLAS's threads; allocates nothing as long as `result`
  ///   does not share its storage.
  /// - Throws: `shapeMismatch`, `tooLarge`; `result` is untouched then.
  ///
  /// Source: BLAS level 3, ?syrk.
  public static func syrk<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, transpose: Bool = false, triangle: Triangle = .lower,
    alpha: Scalar = 1, beta: Scalar = 0, into result: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    let order = transpose ? matrix.columns : matrix.rows
    guard result.rows == order, result.columns == order else {
      throw .shapeMismatch(
        routine: "syrk", first: matrix.operandShape, second: result.operandShape)
    }
    try checkSizes(of: matrix, "syrk")
    try checkSizes(of: result, "syrk")
    let n = try checkedSize(order, "syrk")
    let k = try checkedSize(transpose ? matrix.rows : matrix.columns, "syrk")
    guard n > 0 else { return }
    // SAFETY: the shapes agree with n and k, and the sizes fit.
    unsafe withOperand(matrix) { a, strideA in
      unsafe withMutableOperand(&result) { c, strideC in
        unsafe Scalar.routines.syrk(
          triangle, transpose, n, k, alpha, a, strideA, beta, c, strideC)
      }
    }
  }
}
