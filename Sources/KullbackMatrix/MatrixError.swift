/// Values that do not make a matrix of the shape asked for.
public enum MatrixError: Error, Sendable, Equatable {
  /// There are so many values where rows × columns are needed.
  case valueCount(Int, rows: Int, columns: Int)
  /// A number of rows or columns below 0, or more elements than there can be.
  case invalidShape(rows: Int, columns: Int)
  /// Elements from one row, or one column, to the next that have them overlap or run backwards, or lead out of memory.
  case invalidStride(row: Int, column: Int, columns: Int)
  /// Memory for elements of so many bytes that does not begin at a multiple of them.
  case misaligned(byteCount: Int)
}

extension MatrixError: CustomStringConvertible {
  /// A sentence that says what is wrong.
  public var description: String {
    switch self {
    case .valueCount(let count, let rows, let columns):
      "\(count) values do not make \(rows) rows of \(columns)"
    case .invalidShape(let rows, let columns):
      "there is no matrix of \(rows) rows and \(columns) columns"
    case .invalidStride(let row, let column, let columns):
      "rows of \(columns) columns cannot lie \(row) elements apart, and their columns \(column)"
    case .misaligned(let byteCount):
      "memory for results does not begin at a multiple of the \(byteCount) bytes of an element"
    }
  }
}
