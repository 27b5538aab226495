internal import CVectorKernels
internal import KullbackMatrix

/// A quantity of a pair of rows, the first a and the second b.
///
/// In nats.
public enum PairQuantity: Int, Sendable, CaseIterable {
  /// D(a‖b)
  case divergence = 0
  /// D(b‖a)
  case reversedDivergence = 1
  /// H(a)
  case entropyOfFirst = 2
  /// H(b)
  case entropyOfSecond = 3
  /// H(a, b)
  case crossEntropy = 4
  /// H(b, a)
  case reversedCrossEntropy = 5
  /// D(a‖b) + D(b‖a)
  case jeffreys = 6
  /// The Jensen-Shannon divergence.
  case jensenShannon = 7
  /// The total variation distance, in 0...1.
  case totalVariation = 8
  /// The Hellinger distance, in 0...1.
  case hellinger = 9
  /// 1 where the first largest class of both rows is the same, else 0.
  case sameLargest = 10
  /// The logarithm of a's normaliser.
  case logNormaliserOfFirst = 11
  /// The logarithm of b's normaliser.
  case logNormaliserOfSecond = 12
  /// The first normaliser's logarithm less the second's, with all its digits where the rows are alike.
  case logRatio = 13
  /// The triangular discrimination, in 0...2.
  case triangularDiscrimination = 14
}

/// The results of pairs of rows: a column of `Double` for each quantity asked for, and what became of
/// each row.
public struct PairResults: Sendable {
  /// The quantities, in the order asked for.
  public let quantities: [PairQuantity]
  /// Rows that there is room for.
  public let rows: Int
  fileprivate var columns: Columns

  /// Room for the results of `rows` rows.
  ///
  /// Memory: 8 bytes a row and quantity, and 2 a row.
  public init(quantities: [PairQuantity], rows: Int) {
    self.quantities = quantities
    self.rows = rows
    columns = Columns(rows: rows, count: quantities.count, statusCount: 2)
  }

  /// The values of a quantity that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: all rows have been evaluated.
  public subscript(_ quantity: PairQuantity) -> [Double] {
    guard let index = quantities.firstIndex(of: quantity) else {
      preconditionFailure("\(quantity) was not asked for")
    }
    return columns.column(index)
  }

  /// What became of one row, of the first and the second side.
  public func status(ofRow row: Int) -> (first: RowStatus, second: RowStatus) {
    (columns.status(0, row: row), columns.status(1, row: row))
  }

  /// Rows in which either side is not valid, in order.
  public func invalidRows(in range: Range<Int>) -> [Int] {
    columns.invalidRows(in: range)
  }
}

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
        let work = unsafe PairWork(
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

extension PairResults {
  /// Calls `body` with the C face of the columns from row `offset` on.
  mutating func withColumns(at offset: Int, _ body: (kvk_pair_out) -> Void) {
    if !isKnownUniquelyReferenced(&columns) { columns = Columns(copying: columns) }
    withExtendedLifetime(columns) {
      var out = unsafe kvk_pair_out()
      // SAFETY: `offset` lies inside the columns, which live over the call; the tuple is an array of
      // KVK_PAIR_COUNT pointers.
      unsafe withUnsafeMutableBytes(of: &out.column) { bytes in
        let pointers = unsafe bytes.bindMemory(to: UnsafeMutablePointer<Double>?.self)
        for (index, quantity) in quantities.enumerated() {
          unsafe pointers[quantity.rawValue] = columns.values + index * rows + offset
        }
      }
      unsafe out.status_a = columns.statuses + offset
      unsafe out.status_b = columns.statuses + rows + offset
      unsafe body(out)
    }
  }
}

/// One call's work, as tasks that threads share.
@safe
private struct PairWork: @unchecked Sendable {
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
      first.populate(read)
      second.populate(read)
      var (a, b, part) = unsafe (self.a, self.b, out.shifted(by: task.lowerBound))
      // SAFETY: the task's rows are inside both sides and the columns.
      unsafe table.pair_rows(
        &a, &b, Int64(read.lowerBound), Int64(read.count), Int64(classes), &part)
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

/// Partial states of one row, one a segment.
@safe
final class Partials: @unchecked Sendable {
  @unsafe let base: UnsafeMutablePointer<kvk_state>

  init(count: Int) {
    unsafe base = .allocate(capacity: count)
    unsafe base.initialize(repeating: kvk_state(), count: count)
  }

  deinit {
    unsafe base.deallocate()
  }
}
