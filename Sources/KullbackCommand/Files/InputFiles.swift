internal import KullbackFiles
internal import KullbackSystem

/// The files that one argument names: a file, those of a folder, or those whose names fit a pattern.
enum InputFiles {
  /// The names of files, in the order of their names, in which numbers go by their size.
  ///
  /// What exists under the whole text is that; a pattern has `*`, `?` or `[` in it, and may have an array's name behind a
  /// colon.
  ///
  /// - Throws: a `Failure` for a folder without a file that can be read, and for a pattern that no name fits.
  static func named(by path: InputPath) throws(Failure) -> [InputPath] {
    guard path != "-" else { return [path] }
    if let status = FilePlace.status(path.text) {
      guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
      return try inFolder(path.text)
    }
    guard path.text.contains(where: { "*?[".contains($0) }), ArrayPath(path.text).array == nil
    else { return [path] }
    var (pattern, array): (Substring, String) = (path.text[...], "")
    while true {
      let names = FilePlace.names(fitting: String(pattern))
      if !names.isEmpty { return sorted(names).map { InputPath(argument: $0 + array) } }
      guard let colon = pattern.lastIndex(of: ":") else { break }
      array = String(pattern[colon...]) + array
      pattern = pattern[..<colon]
    }
    throw Failure(.cannotRead, "\(path): no file has a name of this pattern")
  }

  private static func inFolder(_ folder: String) throws(Failure) -> [InputPath] {
    let names = FilePlace.names(fitting: FilePlace.escaped(folder) + "/*").filter { name in
      FileFormat.ofInputs.contains { $0.isThat(of: name) } && !name.hasSuffix(".index.json")
    }
    guard !names.isEmpty else {
      throw Failure(
        .cannotRead, "\(folder): a folder without a file that ends in \(Formats.ofInputs)")
    }
    return sorted(names).map { InputPath(argument: $0) }
  }

  /// Names in order: runs of digits go by the number that they are.
  private static func sorted(_ names: [String]) -> [String] {
    names.map { ($0, parts(of: $0)) }.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
  }

  private enum Part: Comparable {
    case number(length: Int, digits: String)
    case character(UInt8)
  }

  private static func parts(of name: String) -> [Part] {
    var (parts, digits): ([Part], [UInt8]) = ([], [])
    func end() {
      guard !digits.isEmpty else { return }
      let number = digits.drop { $0 == UInt8(ascii: "0") }
      parts.append(.number(length: number.count, digits: String(decoding: number, as: UTF8.self)))
      digits = []
    }
    for byte in name.utf8 {
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        digits.append(byte)
      } else {
        end()
        parts.append(.character(byte))
      }
    }
    end()
    return parts
  }
}
