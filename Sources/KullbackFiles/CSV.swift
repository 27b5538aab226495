/// Reading tables of numbers as text.
public enum CSV {
  /// Reads numbers in columns, with or without a header row and columns of labels.
  ///
  /// Quotes are those of RFC 4180. Numbers are decimal, with "inf", "-inf" and "nan" in any case, and rounded to the
  /// nearest. Empty lines are skipped, unless they stand in the middle of a single column, and so are comments: lines that
  /// begin with # and a blank, or with # and have no number behind the first cell. What `options` do not say these rules do;
  /// where they do not decide, the text is refused:
  ///
  /// - Commas or tabs separate columns, or what a first line "sep=;" names, or semicolons, bars or blanks where the first
  ///   lines make no table otherwise. A separator at the end of every line makes no column.
  /// - A comma is a decimal one where it separates nothing else and some number has it that has no groups of three digits.
  /// - The first row is a header when none of its cells is a number, when it alone stands in quotes, or when
  ///   it counts from 0 or 1 over three columns or more and all other rows have decimal points; and the last comment above
  ///   the rows is one when it has a name for each column.
  /// - The leading columns are labels that have no name in the header, that are called `id`, `index`, `row` or end in
  ///   `_id`, or of which more than half of the cells are words. A last column of words called `taxonomy` is left out.
  /// - All other cells have to be numbers, or missing: empty, NA and the like.
  ///
  /// Memory: the numbers and labels; a text that is no file, or is compressed or not in UTF-8, too.
  ///
  /// - Parameters:
  ///   - path: the file; "-" is standard input.
  ///   - separator: what separates the columns, where neither `options` nor the rules are to say it.
  ///   - options: what the rules are not to decide.
  /// - Throws: `FileError.cannotRead`, or `.malformed` with the row and column from 1, header included.
  public static func read(
    _ path: String, separator: Character? = nil, options: TableOptions = TableOptions()
  ) throws(FileError) -> Table {
    try read(
      Bytes(path: path) { start throws(FileError) in
        try refuseUnlessText(start, path: inputName(path), encoding: options.encoding)
      }, path: inputName(path), separator: separator, options: options)
  }

  /// Reads bytes of which `refuseUnlessText(_:path:)` has seen the first.
  static func read(
    _ bytes: Bytes, path: String, separator: Character?, options: TableOptions
  ) throws(FileError) -> Table {
    // The text itself, and numbers of 8 bytes for cells of 2 and more.
    try AvailableMemory.check(5 * bytes.count, for: path)
    var options = options
    options.separator = separator.map { .character($0) } ?? options.separator
    let encoding =
      options.encoding ?? TextEncoding.shown(by: bytes.prefix(Bytes.firstBytes)) ?? .utf8
    let isUTF8 = encoding == .utf8
    let text =
      isUTF8
      ? bytes
      : Bytes(
        try bytes.withText { text throws(FileError) in try encoding.utf8(text, path: path) })
    let table = try text.withText { text throws(FileError) in
      let marks = TextMarks(text)
      if let zero = marks.zero { throw TextEncoding.zero(at: zero, path: path) }
      if isUTF8, !marks.isASCII { try TextEncoding.refuseUnlessUTF8(text, path: path) }
      let found = try DialectSearch(text, path: path, options: options).found()
      return try CSVTable(
        path: path, text: text, dialect: found.dialect, start: found.start, options: options,
        marks: marks
      ).read()
    }.said { $0.encoding = encoding }
    return options.isTransposed == true ? table.transposed() : table
  }

  /// Refuses what by its first bytes is no text in the encoding that is asked for, or that they show.
  static func refuseUnlessText(
    _ start: [UInt8], path: String, encoding: TextEncoding? = nil
  ) throws(FileError) {
    guard (encoding ?? TextEncoding.shown(by: start)) != .utf16 else { return }
    try UnreadFormat.refuse(start, path: path)
    try TextEncoding.refuseZeros(start, path: path)
  }
}
