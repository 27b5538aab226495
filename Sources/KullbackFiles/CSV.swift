/// Reading tables of numbers as text.
public enum CSV {
  /// Reads comma- or tab-separated numbers, with or without a header row and columns of labels.
  ///
  /// Quotes are those of RFC 4180. Numbers are decimal, with "inf", "-inf" and "nan" in any case. Empty
  /// lines are skipped, unless they stand in the middle of a single column. What `options` do not say
  /// these rules do; where they do not decide, the text is refused:
  ///
  /// - The first row is a header when none of its cells is a number, when it alone stands in quotes, or when
  ///   it counts from 0 or 1 over three columns or more and all other rows have decimal points.
  /// - The leading columns are labels that have no name in the header, that are called `id`, `index`, `row` or end in
  ///   `_id`, or of which more than half of the cells are words.
  /// - All other cells have to be numbers.
  ///
  /// - Parameters:
  ///   - path: the file; "-" is standard input.
  ///   - separator: "," or a tab; by default the one that the first line has more of.
  ///   - options: what the rules are not to decide.
  /// - Throws: `FileError.cannotRead`, or `.malformed` with the row and column from 1, header included.
  public static func read(
    _ path: String, separator: Character? = nil, options: TableOptions = TableOptions()
  ) throws(FileError) -> Table {
    try read(
      Bytes(path: path) { start throws(FileError) in
        try refuseUnlessText(start, path: inputName(path))
      }, path: inputName(path), separator: separator, options: options)
  }

  /// Reads bytes of which `refuseUnlessText(_:path:)` has seen the first.
  static func read(
    _ bytes: Bytes, path: String, separator: Character?, options: TableOptions
  ) throws(FileError) -> Table {
    // The text itself, and numbers of 8 bytes for cells of 2 and more.
    try AvailableMemory.check(5 * bytes.count, for: path)
    let table = try bytes.withText { text throws(FileError) in
      try TextEncoding.refuseZeros(text, from: bytes.seen, path: path)
      try TextEncoding.refuseUnlessUTF8(text, path: path)
      let separator = separator?.asciiValue ?? sniff(text, path)
      if let other = SeparatorDoubt.separator(of: text, insteadOf: separator) {
        throw .malformed(
          path: path, place: "row 1",
          reason: "columns seem to be separated by \(other): commas and tabs are read")
      }
      let dialect = TextDialect(separator: separator)
      return try CSVTable(path: path, text: text, dialect: dialect, options: options).read()
    }
    return options.isTransposed == true ? table.transposed() : table
  }

  /// Refuses what by its first bytes is no text.
  static func refuseUnlessText(_ start: [UInt8], path: String) throws(FileError) {
    try UnreadFormat.refuse(start, path: path)
    try TextEncoding.refuseZeros(start, path: path)
  }

  private static func sniff(_ text: TextBytes, _ path: String) -> UInt8 {
    if path.hasSuffix(".tsv") { return 9 }
    let line = text.prefix { $0 != 10 && $0 != 13 }
    let (tabs, commas) = (line.count { $0 == 9 }, line.count { $0 == 44 })
    return path.hasSuffix(".csv") ? (tabs > 0 && commas == 0 ? 9 : 44) : tabs > commas ? 9 : 44
  }
}
