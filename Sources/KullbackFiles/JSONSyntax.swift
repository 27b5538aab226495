/// Finds where a text stops being JSON and which key an object has twice, which the decoder does not say.
package struct JSONSyntax {
  private struct Mistake: Error {}

  private let bytes: [UInt8]
  private var at = 0
  private var repeated: String?

  /// The place of the first mistake, as in "line 3, column 5", or nil where there is none.
  package static func mistake(in bytes: [UInt8]) -> String? {
    guard let byte = firstMistake(in: bytes) else { return nil }
    let before = bytes[..<byte]
    let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return "line \(line), column \(before.count - start + 1)"
  }

  /// The byte of the first mistake, or nil where there is none.
  static func firstMistake(in bytes: [UInt8]) -> Int? {
    var syntax = JSONSyntax(bytes: bytes)
    do {
      try syntax.value(depth: 0)
      syntax.skipSpace()
      if syntax.at == bytes.count { return nil }
    } catch {}
    return min(syntax.at, bytes.count)
  }

  /// A key that stands twice in one object of a text that is JSON, or nil where there is none.
  package static func repeatedKey(in bytes: [UInt8]) -> String? {
    var syntax = JSONSyntax(bytes: bytes)
    try? syntax.value(depth: 0)
    return syntax.repeated
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
      var keys: Set<String> = []
      repeat {
        try need("\"")
        let start = at
        try string()
        // Without the quotation mark behind it.
        let key = String(decoding: bytes[start..<at - 1], as: UTF8.self)
        if !keys.insert(key).inserted { repeated = repeated ?? key }
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
      guard bytes[at] >= 0x20 else { throw Mistake() }
      guard bytes[at] == UInt8(ascii: "\\") else {
        at += 1
        continue
      }
      guard at + 1 < bytes.count, "\"\\/bfnrtu".utf8.contains(bytes[at + 1]) else {
        throw Mistake()
      }
      let isCode = bytes[at + 1] == UInt8(ascii: "u")
      guard !isCode || bytes[at...].dropFirst(2).prefix(4).count(where: Self.isHexadecimal) == 4
      else { throw Mistake() }
      at += isCode ? 6 : 2
    }
    guard at < bytes.count else { throw Mistake() }
    at += 1
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    Character(Unicode.Scalar(byte)).isHexDigit
  }

  /// A number, or true, false or null.
  private mutating func word() throws(Mistake) {
    let start = at
    while at < bytes.count, !"[]{},:\" \t\r\n".utf8.contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard ["true", "false", "null"].contains(text) || isNumber(bytes[start..<at], text) else {
      at = start
      throw Mistake()
    }
  }

  private func isNumber(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
    // `Double` also takes hexadecimal numbers, a plus and a point without digits.
    guard let first = bytes.first, first == 0x2D || (0x30...0x39).contains(first),
      bytes.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) })
    else { return false }
    // Nor has JSON a 0 before other digits.
    let digits = text.drop { $0 == "-" }
    let isLed = digits.first == "0" && digits.dropFirst().first?.isNumber == true
    let isBare = digits.firstIndex(of: ".").map {
      digits[$0...].dropFirst().first?.isNumber != true
    }
    return !isLed && isBare != true && Double(text)?.isFinite == true
  }
}

extension DecodingError {
  /// What is wrong and where, as in `covariances[0][1]: a number is expected`.
  package var inWords: String {
    func place(_ path: [any CodingKey]) -> String {
      let names = path.prefix(8).reduce("") { text, key in
        key.intValue.map { "\(text)[\($0)]" }
          ?? (text.isEmpty ? "" : text + ".") + key.stringValue.inBrief
      }
      return names.isEmpty ? "" : names + ": "
    }
    switch self {
    case .keyNotFound(let key, let context):
      return place(context.codingPath) + "\"\(key.stringValue.inBrief)\" is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return place(context.codingPath) + "\(Self.noun(type)) has to stand here"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "a number or a text in it cannot be read"
        : place(context.codingPath) + "what stands here is out of range"
    @unknown default: return "it cannot be decoded"
    }
  }

  /// What a type is in JSON.
  private static func noun(_ type: Any.Type) -> String {
    switch type {
    case is Double.Type: "a number"
    case is Int.Type: "a whole number"
    case is String.Type: "a text"
    case is any Sequence.Type where !(type is any ExpressibleByDictionaryLiteral.Type): "a list"
    default: "an object in braces"
    }
  }
}
