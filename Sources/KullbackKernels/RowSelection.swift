/// Rows of an operand: a range of them, or some named one by one.
public enum RowSelection: Sendable {
  /// Rows that follow each other.
  case range(Range<Int>)
  /// Any rows in any order.
  case list([Int])

  /// How many.
  public var count: Int {
    switch self {
    case .range(let rows): rows.count
    case .list(let rows): rows.count
    }
  }

  func isInside(_ rows: Int) -> Bool {
    switch self {
    case .range(let range): range.lowerBound >= 0 && range.upperBound <= rows
    case .list(let list): list.allSatisfy { $0 >= 0 && $0 < rows }
    }
  }

  /// What an array with a value for each row of the operand has for these rows.
  func values(of array: [Double]) -> [Double] {
    switch self {
    case .range(let rows): Array(array[rows])
    case .list(let rows): rows.map { array[$0] }
    }
  }
}
