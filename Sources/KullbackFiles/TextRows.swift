/// Walks over the rows of a text.
struct TextRows {
  /// A row, as far as its first line.
  struct Row {
    /// The line, without its end.
    let line: Range<Int>
    /// Whether nothing is on it.
    let isEmpty: Bool
    /// Whether the row is this line, of which `LineCells` has the cells.
    let isPlain: Bool
  }

  /// A place between two rows.
  struct Place: Sendable {
    let place: Int
    /// How many rows lie before it.
    let rows: Int
  }

  private let text: TextBytes
  private let dialect: TextDialect
  private let ends: LineEnds
  private let hasQuotes: Bool
  private let limit: Int
  private var start = 0
  /// Where the next row begins.
  private(set) var place: Int
  /// The number of the row that was handed out last, from 1; empty ones count.
  private(set) var number = 0
  /// How many cells of the row that `cells(path:)` split last stood in quotes.
  private(set) var quotedCells = 0

  /// All rows from a place on, before which there are so many.
  init(_ text: TextBytes, from start: Place, _ dialect: TextDialect, _ marks: TextMarks) {
    let (start, rows) = (start.place, start.rows)
    self.text = text
    self.dialect = dialect
    ends = LineEnds(of: text, from: start, marks)
    hasQuotes = marks.hasQuotes
    limit = text.count
    place = start
    number = rows
  }

  /// The rows that are left in parts of about a size, each with its own numbers; one where a quote may hold a line's end.
  func parts(of size: Int) -> [TextRows] {
    guard !hasQuotes else { return [self] }
    var starts = [place]
    while let last = starts.last, last < limit, limit - last > size,
      let end = text.first(ends.last, in: last + size..<limit), end + 1 < limit
    {
      starts.append(end + 1)
    }
    return starts.indices.map { index in
      TextRows(
        self, from: Place(place: starts[index], rows: index == 0 ? number : 0),
        to: index + 1 < starts.count ? Place(place: starts[index + 1], rows: 0) : nil)
    }
  }

  /// The rows between two places.
  init(_ rows: TextRows, from start: Place, to end: Place?) {
    text = rows.text
    dialect = rows.dialect
    ends = rows.ends
    hasQuotes = rows.hasQuotes
    limit = end?.place ?? rows.limit
    place = start.place
    number = start.rows
  }

  /// The place before the row that was handed out last.
  var before: Place { Place(place: start, rows: number - 1) }

  /// The next row, or nil at the end.
  mutating func next() -> Row? {
    guard place < limit else { return nil }
    number += 1
    start = place
    let (end, next) = ends.line(of: text, from: start, to: limit)
    place = next
    let line = start..<end
    return Row(
      line: line,
      isEmpty: line.isEmpty || (dialect.areBlanks && text[line].allSatisfy(dialect.separates)),
      isPlain: !hasQuotes || LineCells.arePlain(text, line, dialect))
  }

  /// The cells of the row that was handed out last, which may go on over more lines.
  mutating func cells(path: String) throws(FileError) -> [ArraySlice<UInt8>] {
    var scanner = CSVScanner(text, dialect, from: start, row: number - 1)
    let cells = try scanner.row(path: path)
    place = scanner.place
    quotedCells = scanner.quotedCells
    return cells ?? []
  }
}
