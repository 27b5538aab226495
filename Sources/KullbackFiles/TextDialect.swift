/// How a text separates its columns, and how it writes its numbers.
struct TextDialect: Sendable {
  /// The byte between two cells.
  let separator: UInt8
  /// Whether runs of blanks and tabs are one separator, and nothing at the ends of a line.
  let areBlanks: Bool
  /// The decimal point.
  var point: UInt8

  init(separator: UInt8) {
    self.separator = separator
    areBlanks = false
    point = UInt8(ascii: ".")
  }

  private init(blank: UInt8) {
    separator = blank
    areBlanks = true
    point = UInt8(ascii: ".")
  }

  static let blanks = TextDialect(blank: UInt8(ascii: " "))

  /// What is meant by a separator; nil for what no text of one byte a character has.
  init?(_ separator: ColumnSeparator) {
    switch separator {
    case .blanks: self = .blanks
    case .character(let character):
      guard let byte = character.asciiValue, !Self.neverSeparates.contains(byte) else { return nil }
      self.init(separator: byte)
    }
  }

  @inline(__always)
  func separates(_ byte: UInt8) -> Bool {
    byte == separator || (areBlanks && byte == UInt8(ascii: "\t"))
  }

  /// What the separator is called.
  var columnSeparator: ColumnSeparator {
    areBlanks ? .blanks : .character(Character(Unicode.Scalar(separator)))
  }

  var decimalMark: DecimalMark { point == UInt8(ascii: ",") ? .comma : .point }

  /// Quotes, ends of lines, and what numbers are made of.
  private static let neverSeparates = Set("\"\r\n\0+-.0123456789eE".utf8)
}
