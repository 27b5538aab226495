extension BLAS {
  /// The inner product Σ xᵢ yᵢ.
  ///
  /// - Shapes: both of n.
  /// - Special values: of no elements it is 0; NaN goes through.
  /// - Accuracy: summed in the scalar's own precision, in OpenBLAS's order.
  /// - Complexity: one read of each.
  /// - Throws: `shapeMismatch` when the lengths differ, `tooLarge`.
  ///
  /// Source: BLAS level 1, ?dot.
  public static func dot<Scalar: LinearAlgebraScalar>(
    _ x: [Scalar], _ y: [Scalar]
  ) throws(LinearAlgebraError) -> Scalar {
    let count = try checkedCount(x, y, "dot")
    // SAFETY: both arrays hold `count` elements.
    return unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return 0 }
        return unsafe Scalar.routines.dot(count, x, y)
      }
    }
  }

  /// Adds a multiple of one vector to another: y ← α x + y.
  ///
  /// - Shapes: both of n.
  /// - Special values: with α = 0 `y` stays as it is, even where `x` is NaN or infinite.
  /// - Complexity: one read of `x`, one read and write of `y`.
  /// - Throws: `shapeMismatch` when the lengths differ, `tooLarge`. `y` is untouched then.
  ///
  /// Source: BLAS level 1, ?axpy.
  public static func axpy<Scalar: LinearAlgebraScalar>(
    _ alpha: Scalar, _ x: [Scalar], into y: inout [Scalar]
  ) throws(LinearAlgebraError) {
    let count = try checkedCount(x, y, "axpy")
    // SAFETY: both arrays hold `count` elements; `y` is exclusively ours.
    unsafe x.withUnsafeBufferPointer { x in
      unsafe y.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        unsafe Scalar.routines.axpy(count, alpha, x, y)
      }
    }
  }

  /// The Euclidean norm √Σ xᵢ².
  ///
  /// - Special values: of no elements it is 0; NaN goes through.
  /// - Accuracy: does not overflow or underflow where the result is representable.
  /// - Complexity: one read.
  /// - Throws: `tooLarge`.
  ///
  /// Source: BLAS level 1, ?nrm2.
  public static func nrm2<Scalar: LinearAlgebraScalar>(
    _ x: [Scalar]
  ) throws(LinearAlgebraError) -> Scalar {
    let count = try checkedSize(x.count, "nrm2")
    // SAFETY: the array holds `count` elements.
    return unsafe x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress else { return 0 }
      return unsafe Scalar.routines.nrm2(count, x)
    }
  }

  private static func checkedCount<Scalar>(
    _ x: [Scalar], _ y: [Scalar], _ routine: String
  ) throws(LinearAlgebraError) -> Int32 {
    guard x.count == y.count else {
      throw .shapeMismatch(
        routine: routine, first: OperandShape(rows: x.count, columns: 1),
        second: OperandShape(rows: y.count, columns: 1))
    }
    return try checkedSize(x.count, routine)
  }
}
