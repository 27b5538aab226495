/// Finds where a text stops being JSON, which the decoder does not say.
struct JSONSyntax {
  private struct Mistake: Error {}

  private let bytes: [UInt8]
  private var at = 0

  /// The place of the first mistake, as in "line 3, column 5", or nil where there is none.
  static func mistake(in bytes: [UInt8]) -> String? {
    var syntax = JSONSyntax(bytes: bytes)
    do {
      try syntax.value(depth: 0)
      syntax.skipSpace()
      if syntax.at == bytes.count { return nil }
    } catch {}
    let before = bytes[..<min(syntax.at, bytes.count)]
    let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return "line \(line), column \(before.count - start + 1)"
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  private mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func need(_ character: Unicode.Scalar) throws(Mistake) {
    guard take(UInt8(ascii: character)) else { throw Mistake() }
  }

  private mutating func value(depth: Int) throws(Mistake) {
    guard depth < 100 else { throw Mistake() }
    if take(UInt8(ascii: "[")) {
      if take(UInt8(ascii: "]")) { return }
      repeat { try value(depth: depth + 1) } while take(UInt8(ascii: ","))
      try need("]")
    } else if take(UInt8(ascii: "{")) {
      if take(UInt8(ascii: "}")) { return }
      repeat {
        try need("\"")
        try string()
        try need(":")
        try value(depth: depth + 1)
      } while take(UInt8(ascii: ","))
      try need("}")
    } else if take(UInt8(ascii: "\"")) {
      try string()
    } else {
      try word()
    }
  }

  private mutating func string() throws(Mistake) {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard at < bytes.count else { throw Mistake() }
    at += 1
  }

  /// A number, or true, false or null.
  private mutating func word() throws(Mistake) {
    let start = at
    while at < bytes.count, !"[]{},:\" \t\r\n".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard ["true", "false", "null"].contains(text) || Double(text)?.isFinite == true else {
      at = start
      throw Mistake()
    }
  }
}
