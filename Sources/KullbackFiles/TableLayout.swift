/// What was taken for what when a text was read.
public struct TableLayout: Sendable, Equatable {
  /// Whether the first row was names of columns.
  public var hasHeader: Bool
  /// The columns that were labels, counted from 1.
  public var labelColumns: [Int]
  /// The columns that were neither labels nor asked for.
  public var leftOut = 0
  /// Whether there was a number a line.
  public var isLong = false
  /// Whether columns were read as rows.
  public var isTransposed = false
}
