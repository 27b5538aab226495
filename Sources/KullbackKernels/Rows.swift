internal import KullbackMatrix
internal import CVectorKernels

/// Evaluates quantities of rows by themselves.
///
/// - Shapes: results go to `offset`, `offset + 1`, … of `results`.
/// - Units: nats.
/// - Complexity: one read of the rows; memory beyond the results is constant.
/// - Precondition: the rows are there, they have at least one column, and there is room.
public func evaluateRows(
  _ operand: RowOperand, rows: Range<Int>, into results: inout RowResults, at offset: Int = 0,
  threads: Int = Threads.default, on set: InstructionSet = .current
) {
  let classes = operand.matrix.columns
  precondition(classes > 0, "rows without classes")
  precondition(operand.holds(rows), "rows \(rows) are not all there")
  precondition(offset >= 0 && offset + rows.count <= results.rows, "no room for the results")
  guard !rows.isEmpty else { return }
  let segments = Segments(of: classes)
  // SAFETY: the side and the columns are valid for this call, which ends after the last task; tasks
  // write disjoint rows.
  operand.inBlocks(rows, threads: threads) { part, some, done in
    unsafe part.withSide { side in
      unsafe results.withColumns(at: offset + done) { out in
        let work = unsafe StatisticsTasks(
          side: side, out: out, table: set.table, rows: some, classes: classes)
        if segments.count > 1 {
          for index in 0..<some.count { work.runLongRow(index, segments, threads: threads) }
        } else {
          work.runRows(threads: threads)
        }
      }
    }
  }
}
