internal import CVectorKernels

/// The results of rows: a column of `Double` for each quantity asked for, and what became of each row.
public struct RowResults: Sendable {
  /// The quantities, in the order asked for.
  public let quantities: [RowQuantity]
  /// Rows that there is room for.
  public let rows: Int
  var columns: Columns

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

  /// A byte for each row: its status.
  public var statusBytes: [UInt8] { columns.statusBytes }

  /// Rows that are not valid, in order.
  public func invalidRows(in range: Range<Int>) -> [Int] { columns.invalidRows(in: range) }
}

extension RowResults {
  /// Calls `body` with the C face of the columns from row `offset` on.
  mutating func withColumns(at offset: Int, _ body: (kvk_row_out) -> Void) {
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
