internal import CVectorKernels
internal import KullbackMatrix

/// A quantity of a row by itself.
///
/// In nats.
public enum RowQuantity: Int, Sendable, CaseIterable {
  /// The logarithm of the row's normaliser: of Σ exp(x / T), or of the sum of masses.
  case logNormaliser = 0
  /// The Shannon entropy.
  case entropy = 1
  /// The index of the first largest class.
  case largest = 2
}

/// The results of rows: a column of `Double` for each quantity asked for, and what became of each row.
public struct RowResults: Sendable {
  /// The quantities, in the order asked for.
  public let quantities: [RowQuantity]
  /// Rows that there is room for.
  public let rows: Int
  fileprivate var columns: Columns

  /// Room for the results of `rows` rows.
  ///
  /// Memory: 8 bytes a row and quantity, and 1 a row.
  public init(quantities: [RowQuantity], rows: Int) {
    self.quantities = quantities
    self.rows = rows
    columns = Columns(rows: rows, count: quantities.count, statusCount: 1)
  }

  /// The values of a quantity that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: all rows have been evaluated.
  public subscript(_ quantity: RowQuantity) -> [Double] {
    guard let index = quantities.firstIndex(of: quantity) else {
      preconditionFailure("\(quantity) was not asked for")
    }
    return columns.column(index)
  }

  /// What became of one row.
  public func status(ofRow row: Int) -> RowStatus { columns.status(0, row: row) }

  /// Rows that are not valid, in order.
  public func invalidRows(in range: Range<Int>) -> [Int] { columns.invalidRows(in: range) }
}

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
        let work = unsafe RowWork(
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

extension RowResults {
  /// Calls `body` with the C face of the columns from row `offset` on.
  fileprivate mutating func withColumns(at offset: Int, _ body: (kvk_row_out) -> Void) {
    if !isKnownUniquelyReferenced(&columns) { columns = Columns(copying: columns) }
    withExtendedLifetime(columns) {
      var out = unsafe kvk_row_out()
      // SAFETY: `offset` lies inside the columns, which live over the call; the tuple is an array of
      // KVK_ROW_COUNT pointers.
      unsafe withUnsafeMutableBytes(of: &out.column) { bytes in
        let pointers = unsafe bytes.bindMemory(to: UnsafeMutablePointer<Double>?.self)
        for (index, quantity) in quantities.enumerated() {
          unsafe pointers[quantity.rawValue] = columns.values + index * rows + offset
        }
      }
      unsafe out.status = columns.statuses + offset
      unsafe body(out)
    }
  }
}

/// What the statistics of one row say to those who write or score it.
struct RowSummit: Sendable {
  /// What is stored for the largest class; NaN where the row is not valid.
  var top = 0.0
  /// Minus the logarithm of that class's probability.
  var logRest = 0.0
  /// What became of the row.
  var status: UInt8 = 0
}

/// One call's work, as tasks that threads share.
@safe
struct RowWork: @unchecked Sendable {
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
          let work = unsafe RowWork(
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

/// Rows cut into tasks of about half a mebibyte.
struct RowTasks {
  let rows: Int
  let step: Int
  let isSmall: Bool

  /// - Parameter bytesPerRow: read and written.
  init(rows: Int, bytesPerRow: Int) {
    self.rows = rows
    // In multiples of 16 rows, so that short rows fill their vectors.
    let count = max(1, (1 << 19) / max(1, bytesPerRow))
    step = count >= 16 ? count / 16 * 16 : count
    isSmall = rows * bytesPerRow < 1 << 18
  }

  /// Calls `body` with every task's rows, counted from 0.
  func run(threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
    Threads.parallel(tasks: (rows + step - 1) / step, threads: isSmall ? 1 : threads) { task in
      body(task * step..<min(rows, (task + 1) * step))
    }
  }
}
