/// How the lines of a text end.
enum LineEnds {
  /// With a line feed, before which a carriage return may stand.
  case feeds
  /// With a carriage return.
  case returns
  /// With either, or both.
  case mixed

  init(of text: TextBytes, from start: Int, _ marks: TextMarks) {
    guard marks.hasReturns, var place = text.first(Self.carriage, in: start..<text.count) else {
      self = .feeds
      return
    }
    guard text.first(Self.feed, in: start..<text.count) != nil else {
      self = .returns
      return
    }
    // Ends: each turn is behind the carriage return before.
    while place + 1 < text.count, text[place + 1] == Self.feed {
      guard let next = text.first(Self.carriage, in: place + 1..<text.count) else {
        self = .feeds
        return
      }
      place = next
    }
    self = .mixed
  }

  /// Where the line that begins at a place ends, and where the next one begins.
  @inline(__always)
  func line(of text: TextBytes, from start: Int, to limit: Int) -> (end: Int, next: Int) {
    switch self {
    case .feeds:
      guard let feed = text.first(Self.feed, in: start..<limit) else { return (limit, limit) }
      return (feed > start && text[feed - 1] == Self.carriage ? feed - 1 : feed, feed + 1)
    case .returns:
      guard let end = text.first(Self.carriage, in: start..<limit) else { return (limit, limit) }
      return (end, end + 1)
    case .mixed:
      var end = start
      while end < limit, text[end] != Self.feed, text[end] != Self.carriage { end += 1 }
      guard end < limit else { return (limit, limit) }
      let isBoth = text[end] == Self.carriage && end + 1 < limit && text[end + 1] == Self.feed
      return (end, end + (isBoth ? 2 : 1))
    }
  }

  /// The last byte of a line's end, behind which another line begins.
  var last: UInt8 { self == .returns ? Self.carriage : Self.feed }

  private static let feed = UInt8(ascii: "\n")
  private static let carriage = UInt8(ascii: "\r")
}
