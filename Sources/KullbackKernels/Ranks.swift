internal import CVectorKernels
internal import KullbackMatrix

/// The rank of one class of each row: 1 and how many classes of the row are larger, or as large with a lower number.
///
/// - Shapes: a class for each row of the matrix, any number where its row is repeated.
/// - Special values: NaN for a class that the row does not have. Elements that are NaN are larger than none.
/// - Complexity: one read of the rows.
/// - Precondition: the shapes agree and there is at least one class.
public func rankClasses(
  _ wanted: [Int64], _ operand: RowOperand, threads: Int = Threads.default,
  on set: InstructionSet = .current
) -> [Double] {
  let (rows, classes) = (wanted.count, operand.matrix.columns)
  precondition(operand.isRepeated || operand.matrix.rows == rows, "\(rows) classes for other rows")
  precondition(classes > 0, "rows without classes")
  let columns = Columns(rows: rows, count: 1, statusCount: 0)
  operand.inBlocks(0..<rows, threads: threads) { part, some, done in
    // SAFETY: the side, the classes and the column are valid for this call, which ends after the last task; tasks
    // write disjoint rows.
    unsafe part.withSide { side in
      unsafe wanted.withUnsafeBufferPointer { wanted in
        let call = unsafe RankTasks(
          side: side, table: set.table, classes: classes,
          wanted: wanted.baseAddress.map { unsafe $0 + done },
          ranks: columns.values + done)
        RowTasks(rows: some.count, bytesPerRow: part.rowBytes).run(threads: threads) {
          call.rank($0)
        }
      }
    }
  }
  return columns.column(0)
}

/// One call's work, as tasks that threads share.
@safe
private struct RankTasks: @unchecked Sendable {
  let side: kvk_side
  let table: kvk_table
  let classes: Int
  let wanted: UnsafePointer<Int64>?
  let ranks: UnsafeMutablePointer<Double>

  func rank(_ rows: Range<Int>) {
    guard let wanted = unsafe wanted else { return }
    var side = unsafe side
    let first = rows.lowerBound
    // SAFETY: the task's rows are inside the side, the classes and the ranks.
    unsafe table.rank_rows(
      &side, wanted + first, Int64(first), Int64(rows.count), Int64(classes), ranks + first)
  }
}
