/// Power sums of pairs of rows: a column of `Double` for each order asked for, and what became of each row.
public struct PowerResults: Sendable {
  /// The orders α, in the order asked for.
  public let orders: [Double]
  /// Rows that there is room for.
  public let rows: Int
  var columns: Columns

  /// Room for the results of `rows` rows.
  ///
  /// Memory: 8 bytes a row and order, and 2 a row.
  ///
  /// - Precondition: no order is NaN or -infinity.
  public init(orders: [Double], rows: Int) {
    precondition(orders.allSatisfy { $0 > -.infinity }, "an order is not a number")
    self.orders = orders
    self.rows = rows
    columns = Columns(rows: rows, count: orders.count, statusCount: 2)
  }

  /// The values of an order that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: all rows have been evaluated.
  public subscript(_ order: Double) -> [Double] {
    guard let index = orders.firstIndex(of: order) else {
      preconditionFailure("order \(order) was not asked for")
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
