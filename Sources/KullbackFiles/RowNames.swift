/// Reading what rows are called: a text file with a name a line.
public enum RowNames {
  /// Reads a file's lines, without the last line's end.
  ///
  /// - Parameters:
  ///   - path: the file; "-" is standard input.
  ///   - count: how many lines there have to be.
  ///   - what: what they are for, in an error: "the labels of 3 rows" where nothing is said.
  /// - Throws: `FileError.cannotRead`, or `.malformed` when it is no text in UTF-8 or has another number of lines.
  public static func read(
    _ path: String, count: Int, for what: String? = nil
  ) throws(FileError) -> [String] {
    let name = inputName(path)
    let bytes = try Bytes(path: path) { start throws(FileError) in
      try TextEncoding.refuseZeros(start, path: name)
    }
    let content = try bytes.withText { text throws(FileError) in
      try TextEncoding.refuseZeros(text, from: bytes.seen, path: name)
      try TextEncoding.refuseUnlessUTF8(text, path: name)
      return text.copy(0..<text.count)
    }
    // A byte order mark is no part of the first name.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = String(
      decoding: content.dropFirst(content.starts(with: mark) ? mark.count : 0), as: UTF8.self)
    // A carriage return and a line feed are one character.
    var lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count == count else {
      throw .malformed(
        path: name, place: "",
        reason:
          "\(counted(lines.count, "line")) for \(what ?? "the labels of \(counted(count, "row"))")")
    }
    return lines.map(String.init)
  }
}
