internal import CVectorKernels
public import KullbackMatrix

/// Writes the logarithms of the probabilities of rows, or the probabilities, to a matrix.
///
/// - Shapes: row `rows.lowerBound + i` goes to row `place + i` of `result`, which has as many columns and may
///   hold any floating type. Rows that are not valid become NaN.
/// - Returns: what became of each row.
/// - Complexity: two reads of the rows, the second from cache, and one write.
/// - Precondition: the rows are there and the shapes agree.
@discardableResult
public func writeRows<Element>(
  _ operand: RowOperand, rows: Range<Int>, as output: RowOutput, into result: inout Matrix<Element>,
  at place: Int = 0, threads: Int = Threads.default, on set: InstructionSet = .current
) -> [RowStatus] {
  precondition(operand.holds(rows), "rows \(rows) are not all there")
  let shape = (result.rows, result.columns, result.rowStride)
  precondition(
    place >= 0 && shape.0 - place >= rows.count && shape.1 == operand.matrix.columns,
    "shapes differ")
  var statuses: [RowStatus] = []
  // SAFETY: both matrices live over the call.
  unsafe result.withUnsafeMutableBaseAddress { base in
    let target = unsafe RowTarget(
      base: base + place * shape.2 * Element.elementKind.byteCount, stride: shape.2,
      kind: Element.elementKind, output: output)
    unsafe statuses = target.write(
      operand, rows: rows, classes: shape.1, threads: threads, table: set.table)
  }
  return statuses
}

/// Writes the logarithms of the probabilities of rows, or the probabilities, to a new matrix.
///
/// As `writeRows(_:rows:as:into:at:threads:on:)`; the memory is touched by the threads that write it.
public func writeRows<Element>(
  _ operand: RowOperand, rows: Range<Int>, as output: RowOutput, to type: Element.Type,
  threads: Int = Threads.default, on set: InstructionSet = .current
) -> (result: Matrix<Element>, statuses: [RowStatus]) {
  precondition(operand.holds(rows), "rows \(rows) are not all there")
  let classes = operand.matrix.columns
  var statuses: [RowStatus] = []
  // SAFETY: the buffer has room for all rows, and every element of it is set.
  let result = unsafe Matrix<Element>(rows: rows.count, columns: classes) { buffer in
    guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
    let target = unsafe RowTarget(
      base: base, stride: classes, kind: Element.elementKind, output: output)
    unsafe statuses = target.write(
      operand, rows: rows, classes: classes, threads: threads, table: set.table)
  }
  return (result, statuses)
}

/// Replaces logits by the logarithms of their rows' probabilities, or by the probabilities.
///
/// As `writeRows(_:rows:as:into:at:threads:on:)`, with no second matrix.
@discardableResult
public func writeRows<Element>(
  inPlace matrix: inout Matrix<Element>, form: Form, temperature: Double = 1,
  tolerance: Double = .infinity, as output: RowOutput, threads: Int = Threads.default,
  on set: InstructionSet = .current
) -> [RowStatus] {
  let (rows, classes, stride) = (matrix.rows, matrix.columns, matrix.rowStride)
  var statuses: [RowStatus] = []
  // SAFETY: the matrix is this call's own; the kernel reads an element before it writes it.
  unsafe matrix.withUnsafeMutableBaseAddress { base in
    var side = unsafe kvk_side()
    unsafe side.base = UnsafeRawPointer(base)
    unsafe side.stride = Int64(stride)
    unsafe side.type = Int32(Element.elementKind.rawValue)
    unsafe side.form = form.code
    unsafe side.temperature = temperature
    unsafe side.tolerance = tolerance
    let target = unsafe RowTarget(
      base: base, stride: stride, kind: Element.elementKind, output: output, isInPlace: true)
    unsafe statuses = target.write(
      side, rows: 0..<rows, classes: classes, threads: threads, table: set.table)
  }
  return statuses
}
