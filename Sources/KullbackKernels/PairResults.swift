internal import CVectorKernels

/// The results of pairs of rows: a column of `Double` for each quantity asked for, and what became of
/// each row.
public struct PairResults: Sendable {
  /// The quantities, in the order asked for.
  public let quantities: [PairQuantity]
  /// Rows that there is room for.
  public let rows: Int
  var columns: Columns

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

  /// A byte for each row: the status of the first side, and that of the second times 16.
  public var statusBytes: [UInt8] { columns.statusBytes }

  /// Rows in which either side is not valid, in order.
  public func invalidRows(in range: Range<Int>) -> [Int] {
    columns.invalidRows(in: range)
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
