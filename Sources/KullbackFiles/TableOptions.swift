/// How a text, or an array, is read as a table: what is said of it, where the rules do not say it.
public struct TableOptions: Sendable, Equatable {
  /// What the numbers of a row are.
  public enum Contents: Sendable {
    /// The classes of a distribution. A column that counts the rows is no class.
    case classes
    /// Features of a sample.
    case features
    /// Parameters, weights or labels. No header is of numbers.
    case parameters
  }

  /// What becomes of cells that hold no number: empty ones, NA and its like, nan.
  public enum MissingCells: String, Sendable, CaseIterable {
    /// They are NaN, so that their row is invalid.
    case invalid
    /// They are 0.
    case zero
  }

  /// What the numbers of a row are.
  public var contents: Contents
  /// What separates the columns; nil: what the first lines show.
  public var separator: ColumnSeparator?
  /// Whether numbers have decimal points or commas; nil: what the first lines show.
  public var decimal: DecimalMark?
  /// How characters are bytes; nil: UTF-8, and UTF-16 where the first bytes show it.
  public var encoding: TextEncoding?
  /// What becomes of cells that hold no number.
  public var missing = MissingCells.invalid
  /// Whether the first row is names of columns; nil: by the rules.
  public var header: Bool?
  /// The columns that are labels of rows; nil: by the rules.
  public var labelColumns: [ColumnReference]?
  /// The columns of numbers, in the order in which they are wanted; nil: all that are no labels.
  public var columns: [ColumnReference]?
  /// Whether columns are read as rows; nil: no, and a table that is known to need it is refused.
  public var isTransposed: Bool?
  /// Which columns are what in a text of a number a line; nil: it has a row a line.
  public var long: LongColumns?
  /// Which dimension of an array is columns, from 0, or from −1 backwards; nil: the last.
  public var axis: Int?
  /// Which of the columns of numbers are kept; nil: all.
  public var classes: ColumnRange?
  /// What numbers a file of no known format is, of which nothing else is said.
  public var raw: RawLayout?

  /// Options by which the rules decide everything.
  public init(_ contents: Contents = .classes) {
    self.contents = contents
  }
}
