/// Quantities with a parameter of pairs of rows: a column of `Double` for each that is asked for, and what became of
/// each row.
public struct ParametricResults: Sendable {
  /// The quantities, in the order asked for.
  public let quantities: [ParametricQuantity]
  /// Rows that there is room for.
  public let rows: Int
  var columns: Columns

  /// Room for the results of `rows` rows.
  ///
  /// Memory: 8 bytes a row and quantity, and 2 a row.
  ///
  /// - Precondition: no order is NaN or -infinity, and each weight is above 0 and below 1.
  public init(quantities: [ParametricQuantity], rows: Int) {
    precondition(quantities.allSatisfy(\.isDefined), "a quantity has no such parameter")
    self.quantities = quantities
    self.rows = rows
    columns = Columns(rows: rows, count: quantities.count, statusCount: 2)
  }

  /// The values of a quantity that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: all rows have been evaluated.
  public subscript(_ quantity: ParametricQuantity) -> [Double] {
    guard let index = quantities.firstIndex(of: quantity) else {
      preconditionFailure("\(quantity) was not asked for")
    }
    return columns.column(index)
  }

  /// What became of one row, of the first and the second side.
  public func status(ofRow row: Int) -> (first: RowStatus, second: RowStatus) {
    (columns.status(0, row: row), columns.status(1, row: row))
  }

  /// A byte for each row: the status of the first side, and that of the second times 16.
  public var statusBytes: [UInt8] { columns.statusBytes }

  /// Rows in which either side is not valid, in order.
  public func invalidRows(in range: Range<Int>) -> [Int] {
    columns.invalidRows(in: range)
  }
}
