internal import CVectorKernels

/// One call's work, as tasks that threads share.
@safe
struct StatisticsTasks: @unchecked Sendable {
  let side: kvk_side
  let out: kvk_row_out
  let table: kvk_table
  let rows: Range<Int>
  let classes: Int

  /// Whole rows, some to a task.
  func runRows(threads: Int) {
    let tasks = RowTasks(rows: rows.count, bytesPerRow: classes * 4)
    tasks.run(threads: threads) { task in
      var (side, part) = unsafe (self.side, out.shifted(by: task.lowerBound))
      // SAFETY: the task's rows are inside the side and the columns.
      unsafe table.row_statistics(
        &side, Int64(rows.lowerBound + task.lowerBound), Int64(task.count), Int64(classes), &part)
    }
  }

  /// A row whose segments the threads share.
  func runLongRow(_ index: Int, _ segments: Segments, threads: Int) {
    let count = segments.count
    let row = Int64(rows.lowerBound + index)
    let partials = Partials(count: count)
    Threads.parallel(tasks: count, threads: threads) { task in
      let part = segments[task]
      var (side, wanted) = unsafe (self.side, self.out)
      // SAFETY: each task writes its own partial state.
      unsafe table.row_segment(
        &side, row, Int64(part.lowerBound), Int64(part.upperBound), &wanted, partials.base + task)
    }
    var (side, out) = unsafe (self.side, self.out)
    var state = kvk_state()
    unsafe table.row_merge(&side, &state, partials.base, Int64(count))
    unsafe table.row_finish(&side, &state, &out, Int64(index))
  }

  /// The summit of a long row.
  static func summit(
    ofLongRow row: Int, _ segments: Segments, side: kvk_side, table: kvk_table, threads: Int
  ) -> RowSummit {
    var summit = RowSummit()
    // SAFETY: the three fields are a row's columns, each with room for one row, for this call.
    unsafe withUnsafeMutablePointer(to: &summit.top) { top in
      unsafe withUnsafeMutablePointer(to: &summit.logRest) { logRest in
        unsafe withUnsafeMutablePointer(to: &summit.status) { status in
          var out = unsafe kvk_row_out()
          unsafe out.column.3 = top
          unsafe out.column.4 = logRest
          unsafe out.status = status
          let work = unsafe StatisticsTasks(
            side: side, out: out, table: table, rows: row..<row + 1,
            classes: segments.classes)
          work.runLongRow(0, segments, threads: threads)
        }
      }
    }
    return summit
  }
}

extension kvk_row_out {
  fileprivate func shifted(by rows: Int) -> kvk_row_out {
    var part = unsafe self
    // SAFETY: the columns are longer than `rows`; null columns stay null.
    unsafe withUnsafeMutableBytes(of: &part.column) { bytes in
      let columns = unsafe bytes.bindMemory(to: UnsafeMutablePointer<Double>?.self)
      for index in columns.indices {
        unsafe columns[index] = unsafe columns[index].map { unsafe $0 + rows }
      }
    }
    unsafe part.status += rows
    return unsafe part
  }
}
