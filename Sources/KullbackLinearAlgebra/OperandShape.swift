/// Rows and columns of an operand, as an error names them; a vector of n is n × 1.
public struct OperandShape: Equatable, Sendable, CustomStringConvertible {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int

  /// The shape of an operand of so many rows and columns.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// For example "3 × 4".
  public var description: String { "\(rows) × \(columns)" }
}
