/// The names of the arrays in a file.
struct ArrayNames {
  private let names: [String]
  private let path: String

  init(_ names: [String], path: String) {
    self.names = names
    self.path = path
  }

  /// The name that is meant: the one that is given, or the only one.
  ///
  /// - Parameter isThere: whether an array has a name.
  /// - Throws: `FileError.malformed` where there is none of the name, or more than one and no name; both list the
  ///   names that there are.
  func resolved(
    _ name: String?, among isThere: (String) -> Bool
  ) throws(FileError) -> String {
    guard let name = name ?? (names.count == 1 ? names[0] : nil) else {
      throw .malformed(
        path: path, place: "",
        reason: names.isEmpty
          ? "it holds no arrays"
          : "it holds \(names.count) arrays, of which FILE:ARRAY names one: \(listed)")
    }
    guard isThere(name) else {
      throw .malformed(
        path: path, place: "",
        reason: "no array is called \"\(name.inBrief)\": "
          + (names.isEmpty ? "it holds none" : "there \(names.count == 1 ? "is" : "are") \(listed)")
      )
    }
    return name
  }

  /// The first few names.
  private var listed: String {
    names.prefix(12).map { Self.called($0, upTo: 80) }.joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) others" : "")
  }

  /// A name in a message: one without a letter is quoted, to be seen.
  static func called(_ name: String, upTo limit: Int) -> String {
    name.allSatisfy(\.isWhitespace) ? "\"\(name.inBrief(upTo: limit))\"" : name.inBrief(upTo: limit)
  }
}
