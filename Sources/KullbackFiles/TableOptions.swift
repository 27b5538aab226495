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

  /// What the numbers of a row are.
  public var contents: Contents
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

  /// Options by which the rules decide everything.
  public init(_ contents: Contents = .classes) {
    self.contents = contents
  }
}

/// One or more columns of a table.
public enum ColumnReference: Sendable, Equatable {
  /// Columns counted from 1.
  case numbers(ClosedRange<Int>)
  /// All columns from this one on, counted from 1.
  case from(Int)
  /// The column of this name in the header.
  case name(String)
}

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

extension ColumnReference {
  /// The places of columns, from 0.
  ///
  /// - Parameters:
  ///   - names: those of the header, where there is one.
  ///   - count: how many columns there are.
  /// - Throws: `FileError.malformed` for a column that is not there or stands twice.
  static func places(
    _ references: [ColumnReference], names: [String]?, count: Int, path: String
  ) throws(FileError) -> [Int] {
    var places: [Int] = []
    for reference in references {
      places += try reference.places(names: names, count: count, path: path)
    }
    guard Set(places).count == places.count else {
      throw .malformed(path: path, place: "", reason: "a column is asked for twice")
    }
    return places
  }

  private func places(
    names: [String]?, count: Int, path: String
  ) throws(FileError) -> [Int] {
    switch self {
    case .numbers(let range):
      guard range.lowerBound >= 1, range.upperBound <= count else {
        throw .malformed(
          path: path, place: "",
          reason:
            "there is no column \(range.lowerBound < 1 ? range.lowerBound : range.upperBound):"
            + " columns are counted from 1 to \(count)")
      }
      return range.map { $0 - 1 }
    case .from(let first):
      guard (1...max(1, count)).contains(first) else {
        throw .malformed(
          path: path, place: "", reason: "there is no column \(first): there are \(count)")
      }
      return Array(first - 1..<count)
    case .name(let name):
      let places = (names ?? []).indices.filter { names?[$0] == name }
      guard let place = places.first else {
        throw .malformed(
          path: path, place: names == nil ? "" : "header",
          reason: names == nil
            ? "there is no header that could name a column \"\(name.inBrief)\""
            : "no column is called \"\(name.inBrief)\"")
      }
      guard places.count == 1 else {
        throw .malformed(
          path: path, place: "header",
          reason: "\(places.count) columns are called \"\(name.inBrief)\"")
      }
      return [place]
    }
  }

  /// Whether it is a name, which only a header has.
  var isName: Bool {
    if case .name = self { true } else { false }
  }
}
