/// The tokens of a tokenizer.json, as Hugging Face's tokenizers write it, by their numbers.
///
/// Read byte by byte: to a dictionary of texts é is one key, in one scalar or in two, and vocabularies have both.
package struct TokenizerVocabulary {
  /// Tokens by number; what is added stands in the place of what the model has there.
  package private(set) var tokens: [Int: String] = [:]

  private struct Unexpected: Error {}

  /// Reads a file: an object or a list under "model", "vocab", and objects with "id" and "content" in "added_tokens".
  ///
  /// - Throws: `FileError.cannotRead`, or `.malformed` where it is no JSON or has no vocabulary.
  package init(_ path: String) throws(FileError) {
    let bytes = try InputBytes.read(path)
    let name = inputName(path)
    if let place = JSONSyntax.mistake(in: bytes) {
      throw .malformed(path: name, place: place, reason: "this is not JSON")
    }
    var cursor = JSONCursor(bytes)
    var (added, hasVocabulary): ([Int: String], Bool) = ([:], false)
    do {
      try cursor.members { cursor, key throws(Unexpected) in
        switch key {
        case "model":
          try cursor.members { cursor, key throws(Unexpected) in
            guard key == "vocab" else { return cursor.skip() }
            tokens = try Self.vocabulary(&cursor)
            hasVocabulary = true
          }
        case "added_tokens":
          guard !cursor.takeNull() else { return }
          try cursor.elements { cursor throws(Unexpected) in
            let (number, token) = try Self.added(&cursor)
            added[number] = token
          }
        default: cursor.skip()
        }
      }
    } catch { hasVocabulary = false }
    guard hasVocabulary else {
      throw .malformed(
        path: name, place: "",
        reason:
          "it has no vocabulary of a tokenizer: an object or a list under \"model\", \"vocab\"")
    }
    tokens.merge(added) { $1 }
    if let number = tokens.keys.min(), number < 0 {
      throw .malformed(
        path: name, place: "",
        reason: "the token \((tokens[number] ?? "").inBrief) has the number \(number)")
    }
  }

  /// Tokens with their numbers, or in their order with scores.
  private static func vocabulary(_ cursor: inout JSONCursor) throws(Unexpected) -> [Int: String] {
    var tokens: [Int: String] = [:]
    if cursor.isList {
      try cursor.elements { cursor throws(Unexpected) in
        var place = 0
        try cursor.elements { cursor throws(Unexpected) in
          if place == 0 { tokens[tokens.count] = try Self.text(&cursor) } else { cursor.skip() }
          place += 1
        }
      }
    } else {
      try cursor.members { cursor, key throws(Unexpected) in
        tokens[try Self.number(&cursor)] = key
      }
    }
    return tokens
  }

  private static func added(
    _ cursor: inout JSONCursor
  ) throws(Unexpected) -> (number: Int, token: String) {
    var (number, token): (Int?, String?) = (nil, nil)
    try cursor.members { cursor, key throws(Unexpected) in
      switch key {
      case "id": number = try Self.number(&cursor)
      case "content": token = try Self.text(&cursor)
      default: cursor.skip()
      }
    }
    guard let number, let token else { throw Unexpected() }
    return (number, token)
  }

  private static func number(_ cursor: inout JSONCursor) throws(Unexpected) -> Int {
    guard let number = cursor.wholeNumber() else { throw Unexpected() }
    return number
  }

  private static func text(_ cursor: inout JSONCursor) throws(Unexpected) -> String {
    guard let text = cursor.text() else { throw Unexpected() }
    return text
  }
}

extension TokenizerVocabulary {
  /// Walks over a text that is JSON.
  private struct JSONCursor {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func next() -> UInt8 {
      while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
      return at < bytes.count ? bytes[at] : 0
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard next() == UInt8(ascii: character) else { return false }
      at += 1
      return true
    }

    /// Whether a list follows.
    var isList: Bool {
      var copy = self
      return copy.take("[")
    }

    /// Passes over null where it follows.
    mutating func takeNull() -> Bool {
      guard next() == UInt8(ascii: "n") else { return false }
      skip()
      return true
    }

    /// Calls `body` with each key of an object, which passes over what the key has.
    mutating func members(
      _ body: (inout JSONCursor, String) throws(Unexpected) -> Void
    ) throws(Unexpected) {
      guard take("{") else { throw Unexpected() }
      guard !take("}") else { return }
      repeat {
        guard let key = text(), take(":") else { throw Unexpected() }
        try body(&self, key)
      } while take(",")
      guard take("}") else { throw Unexpected() }
    }

    /// Calls `body` for each element of a list, which passes over it.
    mutating func elements(
      _ body: (inout JSONCursor) throws(Unexpected) -> Void
    ) throws(Unexpected) {
      guard take("[") else { throw Unexpected() }
      guard !take("]") else { return }
      repeat { try body(&self) } while take(",")
      guard take("]") else { throw Unexpected() }
    }

    /// Passes over a value.
    mutating func skip() {
      var depth = 0
      repeat {
        switch next() {
        case UInt8(ascii: "\""): _ = text()
        case UInt8(ascii: "["), UInt8(ascii: "{"):
          depth += 1
          at += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          depth -= 1
          at += 1
        case UInt8(ascii: ","), UInt8(ascii: ":"): at += 1
        default: _ = word()
        }
      } while depth > 0 && at < bytes.count
    }

    private mutating func word() -> ArraySlice<UInt8> {
      let start = at
      while at < bytes.count, !"[]{},:\" \t\r\n".utf8.contains(bytes[at]) { at += 1 }
      return bytes[start..<at]
    }

    /// A number without a fraction; nil where something else follows.
    mutating func wholeNumber() -> Int? {
      _ = next()
      return Int(String(decoding: word(), as: UTF8.self))
    }

    /// A text; nil where something else follows.
    mutating func text() -> String? {
      guard take("\"") else { return nil }
      var units: [UInt8] = []
      while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
        guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
          units.append(bytes[at])
          at += 1
          continue
        }
        at += 2
        switch bytes[at - 1] {
        case UInt8(ascii: "u"): units += Array(code().utf8)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        default: units.append(bytes[at - 1])
        }
      }
      at += 1
      return String(decoding: units, as: UTF8.self)
    }

    /// What the code in UTF-16 is that follows, in one unit or, with another escape, in two.
    private mutating func code() -> String {
      let first = unit()
      var units = [first]
      if UTF16.isLeadSurrogate(first), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      {
        at += 2
        units.append(unit())
      }
      return String(decoding: units, as: UTF16.self)
    }

    private mutating func unit() -> UInt16 {
      let digits = bytes[at..<min(bytes.count, at + 4)]
      at += digits.count
      return UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
    }
  }
}
