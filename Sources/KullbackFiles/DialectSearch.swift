/// What separates the columns of a text and what its decimal point is, by the text's first lines.
struct DialectSearch {
  /// The dialect, and where the rows begin.
  struct Found {
    var dialect: TextDialect
    var start: TextRows.Place
  }

  private let text: TextBytes
  private let path: String
  private let options: TableOptions

  init(_ text: TextBytes, path: String, options: TableOptions) {
    self.text = text
    self.path = path
    self.options = options
  }

  /// The dialect that `options` name, or a line "sep=;", or else the first lines.
  ///
  /// - Throws: `FileError.malformed` where `options` name a separator that no text has, or where it is open whether blanks
  ///   separate thousands or columns.
  func found() throws(FileError) -> Found {
    // A byte-order mark is no part of the first cell.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var start = TextRows.Place(place: text.starts(with: mark) ? mark.count : 0, rows: 0)
    let named = namedSeparator(from: start.place)
    if let named { start = TextRows.Place(place: named.next, rows: 1) }
    var dialect: TextDialect
    if let separator = options.separator ?? named.map({ .character($0.separator) }) {
      guard let wanted = TextDialect(separator) else {
        throw .malformed(
          path: path, place: "", reason: "columns cannot be separated by \"\(separator)\"")
      }
      dialect = wanted
    } else {
      dialect = try shown(from: start.place)
    }
    switch options.decimal {
    case .comma: dialect.point = UInt8(ascii: ",")
    case .point: break
    case nil: if hasDecimalCommas(dialect, from: start.place) { dialect.point = UInt8(ascii: ",") }
    }
    return Found(dialect: dialect, start: start)
  }

  // MARK: A line that names the separator

  /// The separator of a line "sep=;", as spreadsheets write it, and where the line behind it begins.
  private func namedSeparator(from start: Int) -> (separator: Character, next: Int)? {
    let (end, next) = LineEnds.mixed.line(of: text, from: start, to: text.count)
    guard end - start <= 8 else { return nil }
    var line = text.copy(start..<end)[...]
    if line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\""), line.count > 1 {
      line = line.dropFirst().dropLast()
    }
    guard line.count == 5, let separator = line.last,
      line.dropLast().map({ $0 | 0x20 }) == Array("sep=".utf8).map({ $0 | 0x20 }), separator < 0x80
    else { return nil }
    return (Character(Unicode.Scalar(separator)), next)
  }

  // MARK: Separators

  private func shown(from start: Int) throws(FileError) -> TextDialect {
    let lines = firstLines(from: start, most: 8)
    let usual = usual(lines.first)
    let body = lines.count > 1 ? lines.dropFirst() : lines[...]
    guard !body.isEmpty else { return usual }
    let isUsual = body.contains { text.first(usual.separator, in: $0) != nil }
    let others = [
      TextDialect(separator: UInt8(ascii: ";")), TextDialect(separator: UInt8(ascii: "|")),
      TextDialect(separator: UInt8(ascii: "\t")), .blanks,
    ]
    for other in others where other.separator != usual.separator {
      guard let rows = cells(of: body, other) else { continue }
      // A label may have blanks in it.
      if other.areBlanks, isUsual { continue }
      guard
        rows.allSatisfy({ row in
          isUsual ? row.dropFirst().allSatisfy(isNumber) : row.dropFirst().contains(where: isNumber)
        })
      else { continue }
      if other.areBlanks, rows.allSatisfy(areThousands) {
        throw .malformed(
          path: path, place: "row 1",
          reason: "blanks may separate columns, or thousands: --separator blanks reads columns")
      }
      return other
    }
    return usual
  }

  /// Commas or tabs: by the name, or by what the first line has more of.
  private func usual(_ line: Range<Int>?) -> TextDialect {
    let (comma, tab) = (
      TextDialect(separator: UInt8(ascii: ",")), TextDialect(separator: UInt8(ascii: "\t"))
    )
    let name = Gzip.nameInside(path)
    if name.hasSuffix(".tsv") { return tab }
    let line = text[line ?? 0..<0]
    let (tabs, commas) = (line.count { $0 == tab.separator }, line.count { $0 == comma.separator })
    guard name.hasSuffix(".csv") else { return tabs > commas ? tab : comma }
    return tabs > 0 && commas == 0 ? tab : comma
  }

  /// The first lines that hold something; those that begin with # only where there are no others.
  private func firstLines(from start: Int, most: Int) -> [Range<Int>] {
    var (lines, comments): ([Range<Int>], [Range<Int>]) = ([], [])
    var place = start
    // Comments end somewhere, or are all there is.
    while lines.count < most, comments.count < 1000, place < text.count {
      let (end, next) = LineEnds.mixed.line(of: text, from: place, to: text.count)
      if !text[place..<end].allSatisfy(TextDialect.blanks.separates) {
        if text[place] == UInt8(ascii: "#") {
          comments.append(place..<end)
        } else {
          lines.append(place..<end)
        }
      }
      place = next
    }
    return lines.isEmpty ? Array(comments.prefix(most)) : lines
  }

  /// The cells of lines, where there are as many in each, and more than one.
  private func cells(
    of lines: ArraySlice<Range<Int>>, _ dialect: TextDialect
  ) -> [[Range<Int>]]? {
    var rows: [[Range<Int>]] = []
    for line in lines {
      let hasSeparator =
        text.first(dialect.separator, in: line) != nil
        || (dialect.areBlanks && text.first(UInt8(ascii: "\t"), in: line) != nil)
      guard hasSeparator, LineCells.arePlain(text, line, dialect) else { return nil }
      var cells = LineCells(text, line, dialect)
      var row: [Range<Int>] = []
      while let cell = cells.next() { row.append(cell) }
      rows.append(row)
    }
    guard let width = rows.first?.count, width > 1, rows.allSatisfy({ $0.count == width }) else {
      return nil
    }
    // A separator may stand at every line's end.
    return rows.allSatisfy { $0.last?.isEmpty == true } ? rows.map { $0.dropLast() } : rows
  }

  /// Whether a cell is a number, with a decimal point, a decimal comma or Fortran's D, or one that is missing.
  private func isNumber(_ cell: Range<Int>) -> Bool {
    guard cell.count < 100, let first = text[cell].first else { return true }
    guard first != UInt8(ascii: ",") else { return false }
    if CSVCell(text[cell]).isMissing { return true }
    let spelt = text[cell].map { byte in
      switch byte {
      case UInt8(ascii: ","): UInt8(ascii: ".")
      case UInt8(ascii: "D"), UInt8(ascii: "d"): UInt8(ascii: "e")
      default: byte
      }
    }
    return CSVCell(spelt).number != nil
  }

  /// Whether the cells may be groups of three digits of one number.
  private func areThousands(_ cells: [Range<Int>]) -> Bool {
    cells.dropFirst().allSatisfy { $0.count == 3 && CSVCell.whole(text[$0]) != nil }
      && (cells.first.map { (1...3).contains($0.count) && CSVCell.whole(text[$0]) != nil } ?? false)
  }

  // MARK: The decimal point

  /// Whether numbers have decimal commas: one has that separates no thousands, and none has a point.
  private func hasDecimalCommas(_ dialect: TextDialect, from start: Int) -> Bool {
    let comma = UInt8(ascii: ",")
    guard dialect.separator != comma else { return false }
    var commas = dialect
    commas.point = comma
    var isCertain = false
    for line in firstLines(from: start, most: 100) {
      guard line.upperBound - start < 1 << 20 || line.lowerBound == start else { break }
      var cells = LineCells(text, line, dialect)
      while let cell = cells.next() {
        guard text.first(comma, in: cell) != nil else {
          if text.first(UInt8(ascii: "."), in: cell) != nil,
            CSVCell(text, cell, dialect).number != nil
          {
            return false
          }
          continue
        }
        if !isCertain, CSVCell(text, cell, commas).number != nil { isCertain = !isGrouped(cell) }
      }
    }
    return isCertain
  }

  /// Whether a comma in a number may separate thousands: 1,234 and not 0,123.
  private func isGrouped(_ cell: Range<Int>) -> Bool {
    let groups = text[cell].drop { [32, 43, 45].contains($0) }
      .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard groups.count > 1, let first = groups.first, (1...3).contains(first.count),
      first.first != UInt8(ascii: "0")
    else { return false }
    return groups.dropFirst().allSatisfy { $0.count == 3 && CSVCell.whole($0) != nil }
      && CSVCell.whole(first) != nil
  }
}
