internal import CVectorKernels
internal import KullbackMatrix

/// Evaluates quantities of pairs of rows that are named one by one: row `firstRows[i]` of one side with
/// row `secondRows[i]` of the other.
///
/// Each result is the one that `evaluatePairs(_:_:rows:into:at:threads:on:)` gives for the pair, bit for
/// bit. Runs in the calling thread.
///
/// - Shapes: results have a row for each pair.
/// - Precondition: the rows are there, and as many on both sides.
public func evaluatePairs(
  _ first: RowOperand, rows firstRows: [Int], _ second: RowOperand, rows secondRows: [Int],
  quantities: [PairQuantity], on set: InstructionSet = .current
) -> PairResults {
  checkPairs(first, firstRows, second, secondRows)
  let classes = first.matrix.columns
  var results = PairResults(quantities: quantities, rows: firstRows.count)
  guard !firstRows.isEmpty else { return results }
  guard Segments(of: classes).count == 1 else {
    for (index, pair) in zip(firstRows, secondRows).enumerated() {
      evaluatePairs(
        first.slice(pair.0), second.slice(pair.1), rows: 0..<1, into: &results, at: index,
        threads: 1, on: set)
    }
    return results
  }
  let (table, a64, b64) = unsafe (
    set.table, firstRows.map { Int64($0) }, secondRows.map { Int64($0) }
  )
  // SAFETY: the sides, the lists of rows and the columns are valid for the call.
  unsafe first.withSide { a in
    unsafe second.withSide { b in
      unsafe a64.withUnsafeBufferPointer { a64 in
        unsafe b64.withUnsafeBufferPointer { b64 in
          unsafe results.withColumns(at: 0) { out in
            var (a, b, out) = unsafe (a, b, out)
            unsafe a.rows = a64.baseAddress
            unsafe b.rows = b64.baseAddress
            unsafe table.pair_rows(&a, &b, 0, Int64(a64.count), Int64(classes), &out)
          }
        }
      }
    }
  }
  return results
}

/// Traps where pairs of rows that are named one by one are not all there.
func checkPairs(
  _ first: RowOperand, _ firstRows: [Int], _ second: RowOperand, _ secondRows: [Int]
) {
  let classes = first.matrix.columns
  precondition(firstRows.count == secondRows.count, "not as many rows on both sides")
  precondition(second.matrix.columns == classes && classes > 0, "rows of different lengths")
  precondition(firstRows.allSatisfy { first.holds($0..<$0 + 1) }, "a first row is not there")
  precondition(secondRows.allSatisfy { second.holds($0..<$0 + 1) }, "a second row is not there")
}

extension RowOperand {
  /// One row as an operand of its own.
  func slice(_ row: Int) -> RowOperand {
    RowOperand(
      isRepeated ? matrix : matrix[rows: row..<row + 1], form: form, temperature: temperature,
      smoothing: smoothing, tolerance: tolerance)
  }
}
