/// Splits text into rows of cells.
struct CSVScanner {
  private let text: [UInt8]
  private let separator: UInt8
  private var index: Int
  /// The number of the row that was read last, from 1; empty ones count.
  private(set) var rowNumber = 0
  /// How many cells of that row stood in quotes.
  private(set) var quotedCells = 0

  init(_ text: [UInt8], separator: UInt8) {
    self.text = text
    self.separator = separator
    // A byte-order mark is no part of the first cell.
    index = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row, or nil at the end.
  ///
  /// An empty line is a row of one empty cell.
  mutating func row(path: String) throws(FileError) -> [ArraySlice<UInt8>]? {
    guard index < text.count else { return nil }
    rowNumber += 1
    quotedCells = 0
    var cells: [ArraySlice<UInt8>] = []
    var more = true
    while more {
      cells.append(try cell(path: path, column: cells.count + 1))
      more = index < text.count && text[index] == separator
      if more { index += 1 }
    }
    endLine()
    return cells
  }

  private mutating func endLine() {
    if index < text.count, text[index] == 13 { index += 1 }
    if index < text.count, text[index] == 10 { index += 1 }
  }

  private mutating func cell(path: String, column: Int) throws(FileError) -> ArraySlice<UInt8> {
    guard index < text.count, text[index] == UInt8(ascii: "\"") else {
      let start = index
      while index < text.count, text[index] != separator, text[index] != 10, text[index] != 13 {
        index += 1
      }
      return text[start..<index]
    }
    var content: [UInt8] = []
    quotedCells += 1
    index += 1
    while true {
      guard index < text.count else {
        throw .malformed(
          path: path, place: "row \(rowNumber), column \(column)", reason: "a quote is not closed")
      }
      let byte = text[index]
      index += 1
      if byte != UInt8(ascii: "\"") {
        content.append(byte)
      } else if index < text.count, text[index] == UInt8(ascii: "\"") {
        content.append(byte)
        index += 1
      } else {
        break
      }
    }
    let isEnd = index == text.count || [separator, 10, 13].contains(text[index])
    guard isEnd else {
      throw .malformed(
        path: path, place: "row \(rowNumber), column \(column)",
        reason: "text behind a closed quote")
    }
    return content[...]
  }
}
