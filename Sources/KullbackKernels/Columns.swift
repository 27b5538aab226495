/// Columns of results, one after the other, with bytes beside them for what became of each row.
///
/// Fresh memory is not touched before the kernels write it.
@safe
final class Columns: @unchecked Sendable {
  let rows: Int
  let count: Int
  let statusCount: Int
  @unsafe let values: UnsafeMutablePointer<Double>
  @unsafe let statuses: UnsafeMutablePointer<UInt8>

  init(rows: Int, count: Int, statusCount: Int) {
    self.rows = rows
    self.count = count
    self.statusCount = statusCount
    unsafe values = .allocate(capacity: max(1, rows * count))
    unsafe statuses = .allocate(capacity: max(1, rows * statusCount))
    unsafe statuses.initialize(repeating: 0, count: rows * statusCount)
  }

  /// A copy, for writers that share these columns.
  convenience init(copying other: Columns) {
    self.init(rows: other.rows, count: other.count, statusCount: other.statusCount)
    // SAFETY: both have the same shape.
    unsafe values.update(from: other.values, count: rows * count)
    unsafe statuses.update(from: other.statuses, count: rows * statusCount)
  }

  deinit {
    unsafe values.deallocate()
    unsafe statuses.deallocate()
  }

  /// A copy of one column.
  func column(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < count)
    // SAFETY: inside the columns; every element is set before it is read by the promise of the kernels.
    return unsafe Array(UnsafeBufferPointer(start: values + index * rows, count: rows))
  }

  /// What became of one row.
  func status(_ index: Int, row: Int) -> RowStatus {
    precondition(index >= 0 && index < statusCount && row >= 0 && row < rows)
    // SAFETY: both indices are checked.
    return RowStatus(rawValue: unsafe statuses[index * rows + row]) ?? .valid
  }

  /// A byte for each row: its status, and that of its second side times 16.
  var statusBytes: [UInt8] {
    unsafe Array(unsafeUninitializedCapacity: rows) { bytes, count in
      for row in 0..<rows {
        // SAFETY: there are `statusCount` statuses of each row, and room for a byte of each.
        let first = unsafe statuses[row]
        let second = statusCount > 1 ? unsafe statuses[rows + row] : 0
        unsafe bytes.initializeElement(at: row, to: first | second << 4)
      }
      count = rows
    }
  }

  /// Rows with any status but valid.
  func invalidRows(in range: Range<Int>) -> [Int] {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows)
    return range.filter { row in
      (0..<statusCount).contains { status($0, row: row) != .valid }
    }
  }
}
