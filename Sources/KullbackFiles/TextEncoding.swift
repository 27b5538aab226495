/// How a text's characters are bytes.
public enum TextEncoding: String, Sendable, CaseIterable {
  /// UTF-8, with or without a byte-order mark.
  case utf8 = "utf-8"
  /// UTF-16, of either order of bytes; without a byte-order mark the order is that which the first characters tell.
  case utf16 = "utf-16"
  /// ISO 8859-1: a byte is the character of its number.
  case latin1 = "latin-1"
  /// Windows-1252: Latin-1, with quotation marks, dashes and the euro in the place of control characters.
  case windows1252 = "windows-1252"
}

extension TextEncoding {
  /// The encoding that the first bytes of a text show: UTF-16 by its mark, or by a zero in every second byte; else nil.
  static func shown(by start: [UInt8]) -> TextEncoding? {
    if start.starts(with: [0xFF, 0xFE, 0, 0]) { return nil }
    if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { return .utf16 }
    return zeros(in: start) == nil ? nil : .utf16
  }

  /// The half of every pair of bytes that is zero, where the other is a character of Latin-1: 1 or 0; else nil.
  private static func zeros(in start: [UInt8]) -> Int? {
    let pairs = min(start.count, 1024) / 2
    guard pairs > 0 else { return nil }
    return [1, 0].first { half in
      (0..<pairs).allSatisfy { pair in
        let other = start[2 * pair + 1 - half]
        return start[2 * pair + half] == 0 && isPrinted(other)
      }
    }
  }

  private static func isPrinted(_ byte: UInt8) -> Bool {
    (9...13).contains(byte) || (32...126).contains(byte) || byte >= 0xA0
  }

  /// A text of this encoding in UTF-8.
  ///
  /// - Throws: `FileError.malformed` with the byte of what is no character.
  func utf8(_ text: TextBytes, path: String) throws(FileError) -> [UInt8] {
    switch self {
    case .utf8: text.copy(0..<text.count)
    case .utf16: try Self.fromUTF16(text, path: path)
    case .latin1: try Self.fromBytes(text, path: path) { UInt32($0) }
    case .windows1252:
      try Self.fromBytes(text, path: path) { byte in
        (0x80...0x9F).contains(byte) ? Self.windows[Int(byte) - 0x80] : UInt32(byte)
      }
    }
  }

  private static func fromBytes(
    _ text: TextBytes, path: String, _ character: (UInt8) -> UInt32
  ) throws(FileError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 8)
    for place in text.indices {
      let byte = text[place]
      if byte < 0x80 {
        result.append(byte)
        continue
      }
      guard let scalar = Unicode.Scalar(character(byte)), scalar.value > 0 else {
        throw noCharacter(
          path, place,
          "a byte 0x\(String(byte, radix: 16, uppercase: true)) that is none of Windows-1252")
      }
      result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
    return result
  }

  private static func fromUTF16(_ text: TextBytes, path: String) throws(FileError) -> [UInt8] {
    let start = text.copy(0..<Swift.min(1024, text.count))
    let isMarked = start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
    // Without a mark the lower byte comes first, as on most machines, unless the text shows otherwise.
    let isBig = isMarked ? start[0] == 0xFE : zeros(in: start) == 0
    guard text.count.isMultiple(of: 2) else {
      throw noCharacter(path, text.count - 1, "half a character of UTF-16: the text is cut off")
    }
    func unit(_ place: Int) -> UInt16 {
      let (first, second) = (UInt16(text[place]), UInt16(text[place + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 2)
    var place = isMarked ? 2 : 0
    while place < text.count {
      let first = unit(place)
      if first < 0x80 {
        result.append(UInt8(first))
        place += 2
        continue
      }
      var value = UInt32(first)
      var length = 2
      if UTF16.isLeadSurrogate(first), place + 2 < text.count {
        let second = unit(place + 2)
        if UTF16.isTrailSurrogate(second) {
          value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
          length = 4
        }
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw noCharacter(path, place, "half of a pair of UTF-16 without the other half")
      }
      result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      place += length
    }
    return result
  }

  private static func noCharacter(_ path: String, _ place: Int, _ reason: String) -> FileError {
    .malformed(path: path, place: "byte \(place)", reason: reason)
  }

  /// What Windows-1252 has for 0x80 to 0x9F; 0 for nothing.
  private static let windows: [UInt32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]
}

// MARK: What is not read

extension TextEncoding {
  /// Refuses bytes that are not text in UTF-8: names the first of them, its line, and what reads the file.
  static func refuseUnlessUTF8(_ text: TextBytes, path: String) throws(FileError) {
    guard let place = firstByteNotUTF8(text) else { return }
    // What Latin-1 has control characters for, Windows-1252 has quotation marks, dashes and the euro for.
    let isWindows = text.contains { (0x80...0x9F).contains($0) }
    let (name, code, option) =
      isWindows
      ? ("Windows-1252", "WINDOWS-1252", TextEncoding.windows1252)
      : ("Latin-1", "LATIN1", .latin1)
    let digits = String(text[place], radix: 16, uppercase: true)
    throw .malformed(
      path: path, place: "line \(line(of: place, in: text)), byte \(place)",
      reason:
        "a byte 0x\(digits) that is not text in UTF-8: --encoding \(option.rawValue) reads a table in \(name),"
        + " iconv -f \(code) -t UTF-8 converts any file"
    )
  }

  /// Refuses bytes among which, from a place on, is a 0.
  static func refuseZeros(
    _ text: TextBytes, from place: Int = 0, path: String
  ) throws(FileError) {
    guard let bad = text.first(0, in: min(place, text.count)..<text.count) else { return }
    throw zero(at: bad, path: path)
  }

  /// Refuses the first bytes of a text where a 0 is among them.
  static func refuseZeros(_ start: [UInt8], path: String) throws(FileError) {
    guard let bad = start.firstIndex(of: 0) else { return }
    throw zero(at: bad, path: path)
  }

  /// What refuses a byte 0.
  static func zero(at place: Int, path: String) -> FileError {
    .malformed(
      path: path, place: "byte \(place)",
      reason: "a byte 0: not text, or text in UTF-16, which --encoding utf-16 reads")
  }

  private static func firstByteNotUTF8(_ text: TextBytes) -> Int? {
    var start = 0
    // Ends: every part has a byte at least. No copy of a part is large.
    while start < text.count {
      var end = min(text.count, start + 1 << 20)
      while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
      let part = start..<end
      if !text.isASCII(part), String(validating: text.copy(part), as: UTF8.self) == nil {
        return firstByteNotUTF8(text[part])
      }
      start = end
    }
    return nil
  }

  private static func firstByteNotUTF8(_ text: Slice<TextBytes>) -> Int? {
    var decoder = UTF8()
    var iterator = text.makeIterator()
    var offset = text.startIndex
    // Ends: each turn takes a byte at least.
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }

  /// The line of a byte, from 1; lines end with a line feed, a carriage return, or both.
  private static func line(of place: Int, in text: TextBytes) -> Int {
    let (feed, carriage) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    return 1
      + text.indices.prefix(place).count { index in
        text[index] == feed || (text[index] == carriage && text[index + 1] != feed)
      }
  }
}
