/// Splits text into rows of cells, whatever they hold.
struct CSVScanner {
  private let text: TextBytes
  private let dialect: TextDialect
  /// Where the next row begins.
  private(set) var place: Int
  /// The number of the row that was read last, from 1; empty ones count.
  private(set) var rowNumber: Int
  /// How many cells of that row stood in quotes.
  private(set) var quotedCells = 0

  init(_ text: TextBytes, _ dialect: TextDialect, from place: Int, row: Int = 0) {
    self.text = text
    self.dialect = dialect
    self.place = place
    rowNumber = row
  }

  /// The next row, or nil at the end.
  ///
  /// An empty line is a row of one empty cell.
  mutating func row(path: String) throws(FileError) -> [ArraySlice<UInt8>]? {
    guard place < text.count else { return nil }
    rowNumber += 1
    quotedCells = 0
    var cells: [ArraySlice<UInt8>] = []
    var more = true
    while more {
      if dialect.areBlanks {
        place = LineCells.behindBlanks(of: text, from: place, to: text.count, dialect)
        if !cells.isEmpty, isAtEndOfCell { break }
      }
      cells.append(try cell(path: path, column: cells.count + 1))
      more = place < text.count && dialect.separates(text[place])
      if more { place += 1 }
    }
    endLine()
    return cells
  }

  private mutating func endLine() {
    if place < text.count, text[place] == 13 { place += 1 }
    if place < text.count, text[place] == 10 { place += 1 }
  }

  private var isAtEndOfCell: Bool {
    guard place < text.count else { return true }
    return dialect.separates(text[place]) || text[place] == 10 || text[place] == 13
  }

  private mutating func cell(path: String, column: Int) throws(FileError) -> ArraySlice<UInt8> {
    guard place < text.count, text[place] == UInt8(ascii: "\"") else {
      let start = place
      while !isAtEndOfCell { place += 1 }
      return text.copy(start..<place)[...]
    }
    var content: [UInt8] = []
    quotedCells += 1
    place += 1
    while true {
      guard place < text.count else {
        throw .malformed(
          path: path, place: "row \(rowNumber), column \(column)", reason: "a quote is not closed")
      }
      let byte = text[place]
      place += 1
      if byte != UInt8(ascii: "\"") {
        content.append(byte)
      } else if place < text.count, text[place] == UInt8(ascii: "\"") {
        content.append(byte)
        place += 1
      } else {
        break
      }
    }
    guard isAtEndOfCell else {
      throw .malformed(
        path: path, place: "row \(rowNumber), column \(column)",
        reason: "text behind a closed quote")
    }
    return content[...]
  }
}
