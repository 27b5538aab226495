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
    let (end, next) = LineEnds.mixed.line(of: text, from: start, to: min(text.count, start + 16))
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
    let usual = usual(from: start)
    let region = start..<min(text.count, start + Self.regionSize)
    let others = [
      TextDialect(separator: UInt8(ascii: ";")), TextDialect(separator: UInt8(ascii: "|")),
      TextDialect(separator: UInt8(ascii: "\t")), .blanks,
    ].filter { other in
      other.separator != usual.separator
        && (text.first(other.separator, in: region) != nil
          || (other.areBlanks && text.first(UInt8(ascii: "\t"), in: region) != nil))
    }
    guard !others.isEmpty else { return usual }
    let usualBody = body(usual, from: start)
    let isUsual = usualBody.map { $0.contains { $0.count > 1 } } ?? true
    for other in others {
      guard let body = body(other, from: start), let width = body.first?.count, width > 1,
        body.allSatisfy({ $0.count == width })
      else { continue }
      // A separator may stand at every line's end.
      let rows = body.allSatisfy { $0.last?.isEmpty == true } ? body.map { $0.dropLast() } : body
      guard
        rows.allSatisfy({ row in
          isUsual ? row.dropFirst().allSatisfy(isNumber) : row.dropFirst().contains(where: isNumber)
        })
      else { continue }
      // A label may have blanks in it.
      if other.areBlanks, let usualBody, isTable(usualBody) { continue }
      if other.areBlanks, rows.allSatisfy(areThousands) {
        throw .malformed(
          path: path, place: "row 1",
          reason: "blanks may separate columns, or thousands: --separator blanks reads columns")
      }
      return other
    }
    return usual
  }

  /// Commas or tabs: by the name, or by what the first line that is no comment has more of.
  private func usual(from start: Int) -> TextDialect {
    let (comma, tab) = (
      TextDialect(separator: UInt8(ascii: ",")), TextDialect(separator: UInt8(ascii: "\t"))
    )
    let name = Gzip.nameInside(path)
    if name.hasSuffix(".tsv") { return tab }
    let line = text[firstLine(from: start)]
    let (tabs, commas) = (line.count { $0 == tab.separator }, line.count { $0 == comma.separator })
    guard name.hasSuffix(".csv") else { return tabs > commas ? tab : comma }
    return tabs > 0 && commas == 0 ? tab : comma
  }

  /// The first line that is not empty and begins not with #; where all do, the first line.
  private func firstLine(from start: Int) -> Range<Int> {
    var first: Range<Int>?
    var place = start
    while place < text.count, place - start < Self.regionSize {
      let (end, next) = LineEnds.mixed.line(of: text, from: place, to: text.count)
      if end > place {
        first = first ?? place..<end
        if text[place] != CSVComment.sign { return place..<end }
      }
      place = next
    }
    return first ?? start..<start
  }

  /// The cells of the first rows without the first of them, which may be names, where there are others; nil where quotes
  /// are wrong.
  private func body(_ dialect: TextDialect, from start: Int) -> [[ArraySlice<UInt8>]]? {
    guard let rows = rows(dialect, from: start, most: 9) else { return nil }
    return rows.count > 1 ? Array(rows.dropFirst()) : rows
  }

  private func rows(
    _ dialect: TextDialect, from start: Int, most: Int
  ) -> [[ArraySlice<UInt8>]]? {
    var scanner = CSVScanner(text, dialect, from: start)
    var rows: [[ArraySlice<UInt8>]] = []
    while rows.count < most, scanner.place < text.count,
      rows.count < 2 || scanner.place - start < Self.regionSize
    {
      let isSuspect = text[scanner.place] == CSVComment.sign
      guard let cells = (try? scanner.row(path: path)) ?? nil else { return nil }
      guard !TableBuilder.isEmptyLine(cells), !isSuspect || !CSVComment.isThat(cells, dialect)
      else { continue }
      rows.append(cells)
    }
    return rows
  }

  /// How much of a text is looked at, at least two rows of it.
  private static let regionSize = 1 << 20

  /// Whether rows are as long and have nothing but numbers behind the first cell.
  private func isTable(_ rows: [[ArraySlice<UInt8>]]) -> Bool {
    guard let width = rows.first?.count, width > 1 else { return false }
    return rows.allSatisfy { row in
      row.count == width && row.dropFirst().allSatisfy(isNumber)
    }
  }

  /// Whether a cell is a number, with a decimal point, a decimal comma or Fortran's D, or one that is missing.
  private func isNumber(_ cell: ArraySlice<UInt8>) -> Bool {
    guard cell.count < 100 else { return false }
    if CSVCell(cell).isMissing { return true }
    guard cell.first != UInt8(ascii: ",") else { return false }
    let spelt = cell.map { byte in
      switch byte {
      case UInt8(ascii: ","): UInt8(ascii: ".")
      case UInt8(ascii: "D"), UInt8(ascii: "d"): UInt8(ascii: "e")
      default: byte
      }
    }
    return CSVCell(spelt).number != nil
  }

  /// Whether the cells may be groups of three digits of one number.
  private func areThousands(_ cells: [ArraySlice<UInt8>]) -> Bool {
    guard let first = cells.first, (1...3).contains(first.count), CSVCell.whole(first) != nil else {
      return false
    }
    return cells.dropFirst().allSatisfy { $0.count == 3 && CSVCell.whole($0) != nil }
  }

  // MARK: The decimal point

  /// Whether numbers have decimal commas: one has that separates no thousands, and none has a point.
  private func hasDecimalCommas(_ dialect: TextDialect, from start: Int) -> Bool {
    let comma = UInt8(ascii: ",")
    let region = start..<min(text.count, start + Self.regionSize)
    guard dialect.separator != comma, text.first(comma, in: region) != nil,
      let rows = rows(dialect, from: start, most: 100)
    else { return false }
    var isCertain = false
    for cell in rows.joined() {
      if cell.contains(comma) {
        isCertain = isCertain || (CSVCell(cell, point: comma).number != nil && !isGrouped(cell))
      } else if cell.contains(UInt8(ascii: ".")), CSVCell(cell).number != nil {
        return false
      }
    }
    return isCertain
  }

  /// Whether a comma in a number may separate thousands: 1,234 and not 0,123.
  private func isGrouped(_ cell: ArraySlice<UInt8>) -> Bool {
    let groups = cell.drop { [32, 43, 45].contains($0) }
      .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard groups.count > 1, let first = groups.first, (1...3).contains(first.count),
      first.first != UInt8(ascii: "0"), CSVCell.whole(first) != nil
    else { return false }
    return groups.dropFirst().allSatisfy { $0.count == 3 && CSVCell.whole($0) != nil }
  }
}
