internal import KullbackMatrix
internal import CVectorKernels

/// Scores class labels against rows: the cross entropy of each.
///
///     value = (1 - s) w_y (-log q_y) + s/K Σ w_k (-log q_k)
///
/// - Shapes: a label for each row of the matrix, any number where its row is repeated; a weight for each class.
/// - Complexity: one read of the rows, with smoothing a second one from cache.
/// - Precondition: the shapes agree and there is at least one class.
public func evaluateLabels(
  _ labels: [Int64], _ operand: RowOperand, scoring: LabelScoring = LabelScoring(),
  threads: Int = Threads.default, on set: InstructionSet = .current
) -> LabelResults {
  let (rows, classes) = (labels.count, operand.matrix.columns)
  precondition(
    operand.isRepeated || operand.matrix.rows == rows, "\(rows) labels for other rows")
  precondition(classes > 0, "rows without classes")
  precondition(scoring.classWeights.map { $0.count == classes } ?? true, "wrong count of weights")
  guard operand.matrix.isInOrder else {
    return inBlocks(labels, operand, scoring: scoring, threads: threads, on: set)
  }
  let columns = Columns(rows: rows, count: 2, statusCount: 1)
  // SAFETY: labels, weights, side and columns are valid for this call, which ends after the last task.
  unsafe labels.withUnsafeBufferPointer { labels in
    unsafe (scoring.classWeights ?? []).withUnsafeBufferPointer { weights in
      var face = unsafe kvk_labels()
      unsafe face.labels = UnsafeRawPointer(labels.baseAddress)
      unsafe face.wide = 1
      unsafe face.has_ignored = scoring.ignored == nil ? 0 : 1
      unsafe face.ignored = Int64(scoring.ignored ?? 0)
      unsafe face.smoothing = scoring.smoothing
      unsafe face.class_weights = scoring.classWeights == nil ? nil : weights.baseAddress
      unsafe operand.withSide { side in
        let call = unsafe LabelTasks(
          labels: face, side: side, table: set.table, classes: classes, columns: columns)
        let segments = Segments(of: classes)
        if segments.count > 1 {
          for row in 0..<rows { call.scoreLongRow(row, segments, threads: threads) }
        } else {
          RowTasks(rows: rows, bytesPerRow: operand.rowBytes).run(threads: threads) {
            call.score($0)
          }
        }
      }
    }
  }
  return LabelResults(
    values: columns.column(0), weights: columns.column(1),
    statuses: (0..<rows).map { columns.status(0, row: $0) })
}

/// The same of rows that are not in order, a block of them after the other.
private func inBlocks(
  _ labels: [Int64], _ operand: RowOperand, scoring: LabelScoring, threads: Int,
  on set: InstructionSet
) -> LabelResults {
  var (values, weights, statuses): ([Double], [Double], [RowStatus]) = ([], [], [])
  operand.inBlocks(0..<labels.count, threads: threads) { part, some, done in
    let results = evaluateLabels(
      Array(labels[done..<done + some.count]), part, scoring: scoring, threads: threads, on: set)
    values += results.values
    weights += results.weights
    statuses += results.statuses
  }
  return LabelResults(values: values, weights: weights, statuses: statuses)
}

/// One call's work, as tasks that threads share.
@safe
private struct LabelTasks: @unchecked Sendable {
  let labels: kvk_labels
  let side: kvk_side
  let table: kvk_table
  let classes: Int
  let columns: Columns

  func score(_ rows: Range<Int>) {
    var (labels, side) = unsafe (self.labels, self.side)
    let first = rows.lowerBound
    // SAFETY: the task's rows are inside the labels, the side and the columns.
    unsafe table.label_rows(
      &labels, &side, Int64(first), Int64(rows.count), Int64(classes), columns.values + first,
      columns.values + columns.rows + first, columns.statuses + first)
  }

  func scoreLongRow(_ row: Int, _ segments: Segments, threads: Int) {
    let summit = unsafe StatisticsTasks.summit(
      ofLongRow: row, segments, side: side, table: table, threads: threads)
    var (labels, side) = unsafe (self.labels, self.side)
    // SAFETY: inside the columns.
    unsafe columns.statuses[row] = summit.status
    unsafe table.label_row(
      &labels, &side, Int64(row), Int64(classes), summit.top, summit.logRest, columns.values + row,
      columns.values + columns.rows + row, columns.statuses + row)
  }
}
