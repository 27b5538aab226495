internal import CVectorKernels
public import KullbackMatrix

/// What is written for every element of a row.
public enum RowOutput: Int32, Sendable {
  /// log p.
  case logSoftmax = 0
  /// p.
  case softmax = 1
}

/// Writes the logarithms of the probabilities of rows, or the probabilities, to a matrix.
///
/// - Shapes: row `rows.lowerBound + i` goes to row `i` of `result`, which has as many columns and may
///   hold any floating type. Rows that are not valid become NaN.
/// - Returns: what became of each row.
/// - Complexity: two reads of the rows, the second from cache, and one write.
/// - Precondition: the rows are there and the shapes agree.
@discardableResult
public func writeRows<Element>(
  _ operand: RowOperand, rows: Range<Int>, as output: RowOutput, into result: inout Matrix<Element>,
  threads: Int = Threads.default, on set: InstructionSet = .current
) -> [RowStatus] {
  precondition(operand.holds(rows), "rows \(rows) are not all there")
  let shape = (result.rows, result.columns, result.rowStride)
  precondition(shape.0 >= rows.count && shape.1 == operand.matrix.columns, "shapes differ")
  var statuses: [RowStatus] = []
  // SAFETY: both matrices live over the call.
  unsafe result.withUnsafeMutableBaseAddress { base in
    let target = unsafe RowTarget(
      base: base, stride: shape.2, kind: Element.elementKind, output: output)
    unsafe statuses = target.write(
      operand, rows: rows, classes: shape.1, threads: threads, table: set.table)
  }
  return statuses
}

/// Writes the logarithms of the probabilities of rows, or the probabilities, to a new matrix.
///
/// As `writeRows(_:rows:as:into:threads:on:)`; the memory is touched by the threads that write it.
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
/// As `writeRows(_:rows:as:into:threads:on:)`, with no second matrix.
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

/// The memory that rows are written to.
@safe
struct RowTarget: @unchecked Sendable {
  @unsafe let base: UnsafeMutableRawPointer
  let stride: Int
  let kind: ElementKind
  var output = RowOutput.logSoftmax
  var isInPlace = false

  /// The C face of the rows from `row` on; `streams` where so much is written that it should not
  /// displace what the caches hold.
  func target(from row: Int, streams: Bool) -> kvk_target {
    precondition(!kind.isInteger, "results are not whole numbers")
    var target = unsafe kvk_target()
    // SAFETY: the caller's rows lie inside the memory.
    unsafe target.base = base + row * stride * kind.byteCount
    unsafe target.stride = Int64(stride)
    unsafe target.type = Int32(kind.rawValue)
    unsafe target.what = output.rawValue
    unsafe target.streams = streams ? 1 : 0
    return unsafe target
  }

  /// Results of this size go past the caches.
  static let streamingBytes = 16 << 20

  /// Writes rows of an operand to the first rows here.
  func write(
    _ operand: RowOperand, rows: Range<Int>, classes: Int, threads: Int, table: kvk_table
  ) -> [RowStatus] {
    var statuses: [RowStatus] = []
    operand.inBlocks(rows, threads: threads) { part, some, done in
      // SAFETY: the caller's rows lie inside the memory.
      let target = unsafe RowTarget(
        base: base + done * stride * kind.byteCount, stride: stride, kind: kind, output: output)
      unsafe part.withSide { side in
        unsafe statuses += target.write(
          side, rows: some, classes: classes, threads: threads, table: table)
      }
    }
    return statuses
  }

  /// Writes rows of a side to the first rows here.
  func write(
    _ side: kvk_side, rows: Range<Int>, classes: Int, threads: Int, table: kvk_table
  ) -> [RowStatus] {
    guard !rows.isEmpty else { return [] }
    let streams = !isInPlace && rows.count * classes * kind.byteCount >= Self.streamingBytes
    let columns = Columns(rows: rows.count, count: 0, statusCount: 1)
    let job = unsafe WriteJob(
      side: side, table: table, rows: rows, classes: classes, target: self, streams: streams,
      columns: columns)
    let segments = Segments(of: classes)
    if segments.count > 1 {
      for index in 0..<rows.count { job.writeLongRow(index, segments, threads: threads) }
    } else {
      RowTasks(rows: rows.count, bytesPerRow: classes * (kind.byteCount + 4))
        .run(threads: threads) { job.write($0) }
    }
    return rows.indices.map { columns.status(0, row: $0 - rows.lowerBound) }
  }
}

/// One call's work, as tasks that threads share.
@safe
private struct WriteJob: @unchecked Sendable {
  let side: kvk_side
  let table: kvk_table
  let rows: Range<Int>
  let classes: Int
  let target: RowTarget
  let streams: Bool
  let columns: Columns

  func write(_ task: Range<Int>) {
    var (side, target) = unsafe (self.side, target.target(from: task.lowerBound, streams: streams))
    // SAFETY: the task's rows are inside the side, the target and the statuses.
    unsafe table.write_rows(
      &side, Int64(rows.lowerBound + task.lowerBound), Int64(task.count), Int64(classes), &target,
      columns.statuses + task.lowerBound)
  }

  func writeLongRow(_ index: Int, _ segments: Segments, threads: Int) {
    let row = rows.lowerBound + index
    let summit = unsafe RowWork.summit(
      ofLongRow: row, segments, side: side, table: table, threads: threads)
    Threads.parallel(tasks: segments.count, threads: threads) { task in
      let part = segments[task]
      var (side, target) = unsafe (self.side, target.target(from: index, streams: streams))
      // SAFETY: tasks write disjoint classes of the row.
      unsafe table.write_segment(
        &side, Int64(row), Int64(part.lowerBound), Int64(part.upperBound), summit.top,
        summit.logRest, &target)
    }
    // SAFETY: inside the statuses.
    unsafe columns.statuses[index] = summit.status
  }
}
