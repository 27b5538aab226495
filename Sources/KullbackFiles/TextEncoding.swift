/// Texts in UTF-8, which are read, and in other encodings, which are not.
enum TextEncoding {
  /// Refuses bytes that are not text in UTF-8: names the first of them, its line, and what converts the file.
  static func refuseUnlessUTF8(_ text: TextBytes, path: String) throws(FileError) {
    guard let place = firstByteNotUTF8(text) else { return }
    // What Latin-1 has control characters for, Windows-1252 has quotation marks, dashes and the euro for.
    let isWindows = text.contains { (0x80...0x9F).contains($0) }
    let (name, code) = isWindows ? ("Windows-1252", "WINDOWS-1252") : ("Latin-1", "LATIN1")
    let digits = String(text[place], radix: 16, uppercase: true)
    throw .malformed(
      path: path, place: "line \(line(of: place, in: text)), byte \(place)",
      reason:
        "a byte 0x\(digits) that is not text in UTF-8: iconv -f \(code) -t UTF-8 converts a file in \(name)"
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

  private static func zero(at place: Int, path: String) -> FileError {
    .malformed(path: path, place: "byte \(place)", reason: "a byte 0: not text, or text in UTF-16")
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
