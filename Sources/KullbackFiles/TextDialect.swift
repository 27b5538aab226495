/// How a text separates its columns, and how it writes its numbers.
struct TextDialect: Sendable {
  /// The byte between two cells.
  var separator: UInt8
  /// The decimal point.
  var point = UInt8(ascii: ".")

  init(separator: UInt8) {
    self.separator = separator
  }
}
