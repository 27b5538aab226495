/// The cells of a line whose quotes are plain: each opens a cell and closes it, and none stands inside.
struct LineCells {
  private let text: TextBytes
  private let dialect: TextDialect
  private let end: Int
  private var place: Int
  private var isAtEnd = false

  init(_ text: TextBytes, _ line: Range<Int>, _ dialect: TextDialect) {
    self.text = text
    self.dialect = dialect
    (place, end) = (line.lowerBound, line.upperBound)
  }

  /// Where the next cell's text lies, without quotes.
  mutating func next() -> Range<Int>? {
    guard !isAtEnd else { return nil }
    if dialect.areBlanks {
      place = Self.behindBlanks(of: text, from: place, to: end, dialect)
      guard place < end else { return nil }
    }
    let (cell, behind) = Self.cell(of: text, from: place, to: end, dialect)
    isAtEnd = behind >= end
    place = behind + 1
    return cell
  }

  /// The text of the cell that begins at a place, and where the separator behind it, or the line's end, is.
  @inline(__always)
  static func cell(
    of text: TextBytes, from start: Int, to end: Int, _ dialect: TextDialect
  ) -> (cell: Range<Int>, end: Int) {
    if start < end, text[start] == UInt8(ascii: "\""),
      let close = text.first(UInt8(ascii: "\""), in: start + 1..<end)
    {
      return (start + 1..<close, close + 1)
    }
    var place = start
    while place < end, !dialect.separates(text[place]) { place += 1 }
    return (start..<place, place)
  }

  /// The place behind the separators that follow.
  @inline(__always)
  static func behindBlanks(
    of text: TextBytes, from start: Int, to end: Int, _ dialect: TextDialect
  ) -> Int {
    var place = start
    while place < end, dialect.separates(text[place]) { place += 1 }
    return place
  }

  /// Whether the quotes of a line are plain.
  static func arePlain(_ text: TextBytes, _ line: Range<Int>, _ dialect: TextDialect) -> Bool {
    let quote = UInt8(ascii: "\"")
    var rest = line
    while let open = text.first(quote, in: rest) {
      // Inside a cell a quote is a character as others are.
      guard open == line.lowerBound || dialect.separates(text[open - 1]) else {
        rest = open + 1..<line.upperBound
        continue
      }
      guard let close = text.first(quote, in: open + 1..<line.upperBound) else { return false }
      guard close + 1 == line.upperBound || dialect.separates(text[close + 1]) else {
        return false
      }
      rest = close + 1..<line.upperBound
    }
    return true
  }
}
