internal import KullbackMatrix

extension Matrix {
  /// What an error names.
  var operandShape: OperandShape { OperandShape(rows: rows, columns: columns) }
}

/// The size as OpenBLAS takes it.
func checkedSize(_ size: Int, _ routine: String) throws(LinearAlgebraError) -> Int32 {
  guard let size32 = Int32(exactly: size) else {
    throw .tooLarge(routine: routine, size: size)
  }
  return size32
}

/// Checks that rows, columns and stride of an operand fit into OpenBLAS's integers.
func checkSizes<Scalar>(of operand: Matrix<Scalar>, _ routine: String) throws(LinearAlgebraError) {
  _ = try checkedSize(max(operand.rows, operand.columns, operand.rowStride), routine)
}

/// The order of a square operand.
func checkedOrder<Scalar>(
  of operand: Matrix<Scalar>, _ routine: String
) throws(LinearAlgebraError) -> Int32 {
  guard operand.rows == operand.columns else {
    throw .notSquare(routine: routine, operand.operandShape)
  }
  try checkSizes(of: operand, routine)
  return try checkedSize(operand.rows, routine)
}

/// A matrix of zeros for a result, after checking that its size can be counted.
func makeResult<Scalar: LinearAlgebraScalar>(
  rows: Int, columns: Int, _ routine: String
) throws(LinearAlgebraError) -> Matrix<Scalar> {
  let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
  let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.stride)
  guard !overflow, !bytes.overflow else {
    throw .tooLarge(routine: routine, size: max(rows, columns))
  }
  return Matrix(repeating: 0, rows: rows, columns: columns)
}

/// Calls with the address of an operand to read and its stride, which is never below the columns.
///
/// The sizes were checked before. Memory that a caller lent need not be aligned: then a copy is read.
func withOperand<Scalar: LinearAlgebraScalar, Result>(
  _ operand: Matrix<Scalar>, _ body: (UnsafePointer<Scalar>, Int32) -> Result
) -> Result {
  // SAFETY: the address is valid for the matrix's rows and is not kept; elements are stored as
  // `Scalar`, and the alignment is looked at first.
  unsafe operand.withUnsafeBaseAddress { address in
    guard UInt(bitPattern: address) % UInt(MemoryLayout<Scalar>.alignment) == 0 else {
      let copy = Matrix(operand.values, rows: operand.rows, columns: operand.columns)
      return unsafe copy.withUnsafeBaseAddress {
        unsafe body($0.assumingMemoryBound(to: Scalar.self), leadingDimension(of: copy))
      }
    }
    return unsafe body(address.assumingMemoryBound(to: Scalar.self), leadingDimension(of: operand))
  }
}

/// Calls with the address of an operand to write and its stride.
func withMutableOperand<Scalar: LinearAlgebraScalar, Result>(
  _ operand: inout Matrix<Scalar>, _ body: (UnsafeMutablePointer<Scalar>, Int32) -> Result
) -> Result {
  // Storage that was shared is copied at the first call, which may change the stride.
  unsafe operand.withUnsafeMutableBaseAddress { _ in }
  let stride = leadingDimension(of: operand)
  // SAFETY: the address is valid for the matrix's rows, owned alone, aligned as the library's own
  // storage is, and is not kept.
  return unsafe operand.withUnsafeMutableBaseAddress {
    unsafe body($0.assumingMemoryBound(to: Scalar.self), stride)
  }
}

/// Copies the elements, into memory that is there already where it is not shared.
func copyElements<Scalar: LinearAlgebraScalar>(
  of source: Matrix<Scalar>, into target: inout Matrix<Scalar>, _ routine: String
) throws(LinearAlgebraError) {
  guard source.rows == target.rows, source.columns == target.columns else {
    throw .shapeMismatch(
      routine: routine, first: source.operandShape, second: target.operandShape)
  }
  try checkSizes(of: source, routine)
  try checkSizes(of: target, routine)
  // SAFETY: the shapes agree.
  unsafe withOperand(source) { from, strideFrom in
    unsafe withMutableOperand(&target) { to, strideTo in
      unsafe Scalar.routines.copy(
        source.rows, source.columns, from, Int(strideFrom), to, Int(strideTo))
    }
  }
}

/// The stride as BLAS wants it: at least the columns and at least 1, also where a single row or no
/// element makes it meaningless.
private func leadingDimension<Scalar>(of operand: Matrix<Scalar>) -> Int32 {
  Int32(truncatingIfNeeded: max(operand.rowStride, operand.columns, 1))
}
