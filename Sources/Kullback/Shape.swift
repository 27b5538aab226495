/// Rows and columns of a matrix.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
  /// Rows: distributions.
  public let rows: Int
  /// Columns: classes.
  public let columns: Int

  /// A shape.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// As in "2048 x 32768".
  public var description: String { "\(rows) x \(columns)" }
}
