internal import CVectorKernels

/// One call's work, as tasks that threads share.
@safe
struct WriteTasks: @unchecked Sendable {
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
    let summit = unsafe StatisticsTasks.summit(
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
