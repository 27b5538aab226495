public import KullbackMatrix

extension BLAS {
  /// The solution X of L X = B with lower triangular L and B, X taking the place of B.
  ///
  /// X is lower triangular too, and only what is not 0 is computed: a panel of columns at a time, each
  /// from the row in which it begins.
  ///
  /// - Shapes: both n × n; what stands above their diagonals is not read, except that in B the blocks of 64
  ///   on the diagonal have to hold zeros above it.
  /// - Special values: NaN and infinities go through.
  /// - Complexity: n³ / 3 operations, a third of `trsm`'s; allocates nothing as long as `right` does not
  ///   share its storage.
  /// - Throws: `notSquare`, `shapeMismatch`, `singular` when the diagonal holds a zero, `tooLarge`; `right`
  ///   is untouched then.
  ///
  /// Source: BLAS level 3, ?trsm.
  public static func triangularQuotient<Scalar: LinearAlgebraScalar>(
    _ triangular: Matrix<Scalar>, inPlace right: inout Matrix<Scalar>
  ) throws(LinearAlgebraError) {
    let order = try checkedOrder(of: triangular, "trsm")
    guard try checkedOrder(of: right, "trsm") == order else {
      throw .shapeMismatch(
        routine: "trsm", first: triangular.operandShape, second: right.operandShape)
    }
    // SAFETY: the matrix is of `order`.
    let zero = unsafe withOperand(triangular) { a, stride in
      unsafe Scalar.routines.firstZero(Int(order), a, Int(stride))
    }
    if let zero { throw .singular(index: zero) }
    let panel: Int32 = 64
    // SAFETY: every panel lies inside both matrices, which are of `order`.
    unsafe withOperand(triangular) { a, strideA in
      unsafe withMutableOperand(&right) { b, strideB in
        for first in stride(from: 0, to: order, by: Int(panel)) {
          let corner = Int(first)
          unsafe Scalar.routines.trsm(
            .left, .lower, false, false, order - first, min(panel, order - first), 1,
            a + corner * Int(strideA) + corner, strideA, b + corner * Int(strideB) + corner,
            strideB)
        }
      }
    }
  }
}
