internal import KullbackMatrix
internal import CVectorKernels

/// Evaluates quantities of pairs of rows: row i of one side with row i of the other.
///
/// - Shapes: both sides have the same columns; `rows` lie in both (a repeated side has any row).
///   Results go to `offset`, `offset + 1`, … of `results`.
/// - Units: nats.
/// - Complexity: one read of each side, and for the last four quantities one more, from cache; memory
///   beyond the results is constant.
/// - Precondition: the shapes agree and there is at least one column.
public func evaluatePairs(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, into results: inout PairResults,
  at offset: Int = 0, threads: Int = Threads.default, on set: InstructionSet = .current
) {
  run(first, second, rows, into: &results, at: offset, norms: nil, threads: threads, on: set)
}

/// The same, with what normalises each row beside it.
func evaluatePairNorms(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, into results: inout PairResults,
  threads: Int, on set: InstructionSet
) -> [kvk_pair_norms] {
  var norms = [kvk_pair_norms](repeating: kvk_pair_norms(), count: rows.count)
  // SAFETY: there is room for every row; the array lives over the call.
  unsafe norms.withUnsafeMutableBufferPointer { buffer in
    unsafe run(
      first, second, rows, into: &results, at: 0, norms: buffer.baseAddress, threads: threads,
      on: set)
  }
  return norms
}

private func run(
  _ first: RowOperand, _ second: RowOperand, _ rows: Range<Int>, into results: inout PairResults,
  at offset: Int, norms: UnsafeMutablePointer<kvk_pair_norms>?, threads: Int,
  on set: InstructionSet
) {
  let classes = first.matrix.columns
  precondition(second.matrix.columns == classes, "rows of different lengths")
  precondition(classes > 0, "rows without classes")
  precondition(first.holds(rows) && second.holds(rows), "rows \(rows) are not all there")
  precondition(offset >= 0 && offset + rows.count <= results.rows, "no room for the results")
  guard !rows.isEmpty else { return }
  let table = unsafe set.table
  // SAFETY: the sides and columns are valid for this call, which ends after the last task; tasks write
  // disjoint rows.
  unsafe first.withSide { a in
    unsafe second.withSide { b in
      unsafe results.withColumns(at: offset) { out in
        var out = unsafe out
        unsafe out.norms = norms
        let work = unsafe PairTasks(
          first: first, second: second, a: a, b: b, out: out, table: table, rows: rows,
          classes: classes)
        let segments = Segments(of: classes)
        if segments.count > 1 {
          work.runLongRows(segments, threads: threads)
        } else {
          work.runRows(threads: threads)
        }
      }
    }
  }
}

/// One call's work, as tasks that threads share.
@safe
private struct PairTasks: @unchecked Sendable {
  let first: RowOperand
  let second: RowOperand
  let a: kvk_side
  let b: kvk_side
  let out: kvk_pair_out
  let table: kvk_table
  let rows: Range<Int>
  let classes: Int

  /// Whole rows, some to a task.
  func runRows(threads: Int) {
    let tasks = RowTasks(rows: rows.count, bytesPerRow: first.rowBytes + second.rowBytes)
    tasks.run(threads: threads) { task in
      let read = rows.lowerBound + task.lowerBound..<rows.lowerBound + task.upperBound
      unsafe first.withRows(read, of: a) { a in
        unsafe second.withRows(read, of: b) { b in
          var part = unsafe out.shifted(by: task.lowerBound)
          // SAFETY: the task's rows are inside both sides and the columns.
          unsafe table.pair_rows(&a, &b, 0, Int64(read.count), Int64(classes), &part)
        }
      }
    }
  }

  /// Rows one after the other, the segments of each shared by the threads.
  func runLongRows(_ segments: Segments, threads: Int) {
    let count = segments.count
    for index in 0..<rows.count {
      let row = Int64(rows.lowerBound + index)
      var (a, b, wanted) = unsafe (self.a, self.b, out)
      var state = kvk_state()
      var more = true
      var isFirstLook = true
      while more {
        let before = state
        let partials = Partials(count: count)
        let populates = isFirstLook
        Threads.parallel(tasks: count, threads: threads) { task in
          let part = segments[task]
          if populates {
            first.populate(row: Int(row), classes: part)
            second.populate(row: Int(row), classes: part)
          }
          var (a, b, wanted, before) = unsafe (self.a, self.b, out, before)
          // SAFETY: each task writes its own partial state.
          unsafe table.pair_segment(
            &a, &b, row, Int64(part.lowerBound), Int64(part.upperBound), Int64(classes), &wanted,
            &before, partials.base + task)
        }
        isFirstLook = false
        more =
          unsafe table.pair_merge(
            &a, &b, row, Int64(classes), &wanted, &state, partials.base, Int64(count)) != 0
      }
      unsafe table.pair_finish(&a, &b, row, Int64(classes), &state, &wanted, Int64(index))
    }
  }
}

extension kvk_pair_out {
  /// The same columns from a row on.
  func shifted(by rows: Int) -> kvk_pair_out {
    var part = unsafe self
    // SAFETY: the columns are longer than `rows`; null columns stay null.
    unsafe withUnsafeMutableBytes(of: &part.column) { bytes in
      let columns = unsafe bytes.bindMemory(to: UnsafeMutablePointer<Double>?.self)
      for index in columns.indices {
        unsafe columns[index] = unsafe columns[index].map { unsafe $0 + rows }
      }
    }
    unsafe part.norms = unsafe part.norms.map { unsafe $0 + rows }
    unsafe part.status_a += rows
    unsafe part.status_b += rows
    return unsafe part
  }
}
