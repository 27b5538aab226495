internal import CVectorKernels
internal import KullbackMatrix

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
    let call = unsafe WriteTasks(
      side: side, table: table, rows: rows, classes: classes, target: self, streams: streams,
      columns: columns)
    let segments = Segments(of: classes)
    if segments.count > 1 {
      for index in 0..<rows.count { call.writeLongRow(index, segments, threads: threads) }
    } else {
      RowTasks(rows: rows.count, bytesPerRow: classes * (kind.byteCount + 4))
        .run(threads: threads) { call.write($0) }
    }
    return rows.indices.map { columns.status(0, row: $0 - rows.lowerBound) }
  }
}
