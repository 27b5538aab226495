/// The columns of a text of a number a line.
public struct LongColumns: Sendable, Equatable {
  /// The column of the row's label.
  public var row: ColumnReference
  /// The column of the column's name.
  public var column: ColumnReference
  /// The column of the number.
  public var value: ColumnReference
  /// What stands where there is no line; nil: each row and column has to have one.
  public var absent: Double?

  /// The three columns.
  public init(
    row: ColumnReference, column: ColumnReference, value: ColumnReference, absent: Double?
  ) {
    self.row = row
    self.column = column
    self.value = value
    self.absent = absent
  }
}
