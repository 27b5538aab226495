/// Reading a text whose encoding and separator are known.
struct CSVTable {
  let path: String
  let text: TextBytes
  let dialect: TextDialect
  let options: TableOptions
  /// How many bytes a thread reads at a time, about.
  var partSize = 1 << 20

  /// The table, by the rules that `CSV` has, and by `options`.
  func read() throws(FileError) -> Table {
    // A byte-order mark is no part of the first cell.
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let columns = options.long {
      var long = LongForm(path: path, columns: columns, header: options.header)
      var scanner = CSVScanner(text, dialect, from: start)
      while let cells = try scanner.row(path: path) {
        try long.add(cells, line: scanner.rowNumber)
      }
      return try long.table()
    }
    let rows = TextRows(text, from: start, dialect)
    var found = Found(CSVSurvey(path: path, options: options))
    try look(at: rows, &found)
    let (layout, doubt) = try found.survey.layout()
    let header = layout.hasHeader ? 1 : 0
    let builder = TableBuilder(
      path: path, text: text, dialect: dialect, layout: layout, gap: found.gap)
    let cuts = found.cuts.dropFirst(header).map { TableCut(place: $0.place, row: $0.row - header) }
    let table = try builder.table(rows, cuts: cuts, count: found.survey.rows - header)
    // Where a cell is wrong too, that is the better thing to say.
    if let doubt { throw doubt }
    return table
  }

  /// What a first look at all rows finds.
  private struct Found {
    var survey: CSVSurvey
    /// The places before the first row and the second, and before others so that parts are of a size.
    var cuts: [TableCut] = []
    /// The first empty line that has rows on both sides.
    var gap: Int?

    init(_ survey: CSVSurvey) { self.survey = survey }
  }

  private func look(at rows: TextRows, _ found: inout Found) throws(FileError) {
    var rows = rows
    var emptyLine: Int?
    while let row = rows.next() {
      guard !row.line.isEmpty else {
        emptyLine = emptyLine ?? rows.number
        continue
      }
      let place = rows.before
      let count = found.survey.rows
      if row.isPlain, found.survey.takesLines {
        found.survey.take(text, row.line, dialect)
      } else {
        let cells = try rows.cells(path: path)
        guard !TableBuilder.isEmptyLine(cells) else {
          emptyLine = emptyLine ?? rows.number
          continue
        }
        found.survey.take(cells, line: rows.number, quoted: rows.quotedCells)
      }
      if count > 0 { found.gap = found.gap ?? emptyLine }
      emptyLine = nil
      if count < 2 || place.place - found.cuts[found.cuts.count - 1].place.place >= partSize {
        found.cuts.append(TableCut(place: place, row: count))
      }
    }
  }
}
