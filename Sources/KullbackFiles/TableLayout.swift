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
  /// What separated the columns.
  public var separator = ColumnSeparator.character(",")
  /// Whether numbers had decimal points or commas.
  public var decimal = DecimalMark.point
  /// How characters were bytes.
  public var encoding = TextEncoding.utf8
  /// How many lines were comments.
  public var comments = 0
  /// Whether a separator stood at the end of every row, so that there was an empty column.
  public var hasEmptyEnd = false
  /// The column of words behind the numbers that was left out because it is called like one of taxonomies.
  public var taxonomy: String?
  /// The cells that held no number; nil where all did.
  public var missing: MissingCells?

  /// Cells that held no number: empty ones, NA and its like, nan.
  public struct MissingCells: Sendable, Equatable {
    /// How many.
    public var count: Int
    /// The row of the text in which the first stood, counted from 1, header and empty lines included.
    public var row: Int
    /// Its column, counted from 1.
    public var column: Int
    /// What its column is called, where a header says it.
    public var name: String?
    /// What they were taken for.
    public var readAs = TableOptions.MissingCells.invalid
  }
}

extension TableLayout.MissingCells? {
  /// Counts one more; columns from 0.
  mutating func add(row: Int, column: Int) {
    if self == nil { self = .init(count: 0, row: row, column: column + 1) }
    self?.count += 1
  }

  /// Counts those that stand behind these.
  mutating func add(_ later: Self) {
    guard let later else { return }
    guard let count = self?.count else { return self = later }
    self?.count = count + later.count
  }
}
