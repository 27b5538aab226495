/// What bytes a text has, by which it is decided how it is read.
struct TextMarks: Sendable {
  /// The first byte that is 0.
  private(set) var zero: Int?
  /// Whether every byte is one of ASCII.
  private(set) var isASCII = true
  private(set) var hasQuotes = false
  private(set) var hasReturns = false

  /// Looks at all bytes: parts of the text at the same time, each by a thread.
  init(_ text: TextBytes) {
    let size = 1 << 20
    let marks = inParallel((text.count + size - 1) / size) { index in
      TextMarks(text, index * size..<min(text.count, (index + 1) * size))
    }
    for part in marks {
      zero = zero ?? part.zero
      isASCII = isASCII && part.isASCII
      hasQuotes = hasQuotes || part.hasQuotes
      hasReturns = hasReturns || part.hasReturns
    }
  }

  private init(_ text: TextBytes, _ range: Range<Int>) {
    zero = text.first(0, in: range)
    isASCII = text.isASCII(range)
    hasQuotes = text.first(UInt8(ascii: "\""), in: range) != nil
    hasReturns = text.first(UInt8(ascii: "\r"), in: range) != nil
  }
}
