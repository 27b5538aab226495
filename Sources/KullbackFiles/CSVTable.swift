/// Reading a text whose separator is known.
struct CSVTable {
  let path: String
  let text: TextBytes
  let dialect: TextDialect
  let start: TextRows.Place
  let options: TableOptions
  let marks: TextMarks
  /// How many bytes a thread reads at a time, about.
  var partSize = 1 << 20

  /// The table, by the rules that `CSV` has, and by `options`.
  func read() throws(FileError) -> Table {
    if let columns = options.long { return try long(columns) }
    let rows = TextRows(text, from: start, dialect, marks)
    let found = try look(at: rows)
    let (layout, doubt) = try found.survey.layout()
    let header = layout.hasHeader ? 1 : 0
    let builder = TableBuilder(
      path: path, text: text, dialect: dialect, layout: layout, gap: found.gap,
      missing: options.missing)
    let cuts = found.cuts.dropFirst(header).map { TableCut(place: $0.place, row: $0.row - header) }
    let table = try builder.table(rows, cuts: cuts, count: found.survey.rows - header)
    // Where a cell is wrong too, that is the better thing to say.
    if let doubt { throw doubt }
    return table.said { layout in
      layout.comments = found.comments
      say(&layout)
    }
  }

  private func say(_ layout: inout TableLayout) {
    layout.separator = dialect.columnSeparator
    layout.decimal = dialect.decimalMark
    layout.missing?.readAs = options.missing
  }

  private func long(_ columns: LongColumns) throws(FileError) -> Table {
    var long = LongForm(
      path: path, columns: columns, header: options.header, point: dialect.point,
      missing: options.missing)
    var scanner = CSVScanner(text, dialect, from: start.place, row: start.rows)
    var comments = 0
    var place = scanner.place
    while let cells = try scanner.row(path: path) {
      let isSuspect = text[place] == CSVComment.sign
      place = scanner.place
      if isSuspect, CSVComment.isThat(cells, dialect) {
        comments += 1
      } else {
        try long.add(cells, line: scanner.rowNumber)
      }
    }
    return try long.table().said { layout in
      layout.comments = comments
      say(&layout)
    }
  }

  // MARK: A first look

  /// What a first look at rows finds.
  private struct Found {
    var survey: CSVSurvey
    /// The places before the first row and the second, and before others so that parts are of a size.
    var cuts: [TableCut] = []
    /// The first empty line that has rows on both sides.
    var gap: Int?
    var comments = 0
    /// The first of the empty lines behind the last row.
    var emptyLine: Int?
    /// The last comment above the first row.
    var comment: (cells: [ArraySlice<UInt8>], line: Int)?
    /// How many rows were seen, empty ones and comments too.
    var seen = 0

    init(_ survey: CSVSurvey) { self.survey = survey }

    /// Takes what was found in the rows that follow.
    mutating func add(_ part: Found) {
      let rows = survey.rows
      // The survey of a part has the first row of the text.
      cuts += part.cuts.map { cut in
        TableCut(
          place: .init(place: cut.place.place, rows: seen + cut.place.rows), row: rows + cut.row - 1
        )
      }
      let isTaken = part.survey.rows > 1
      gap = gap ?? (isTaken ? emptyLine : nil) ?? part.gap.map { seen + $0 }
      emptyLine = (isTaken ? nil : emptyLine) ?? part.emptyLine.map { seen + $0 }
      comments += part.comments
      survey.add(part.survey)
      seen += part.seen
    }
  }

  /// Looks at the first rows, and then at parts of the others at the same time.
  private func look(at rows: TextRows) throws(FileError) -> Found {
    var rows = rows
    var found = Found(CSVSurvey(path: path, options: options, point: dialect.point))
    try look(at: &rows, &found, upTo: start.place + min(partSize, text.count))
    let parts = rows.parts(of: partSize)
    let first = found
    let looks = inParallel(parts.count) { index in
      Swift.Result { () throws(FileError) in
        var rows = parts[index]
        // The first part goes on where the look ended.
        var found = index == 0 ? first : Found(first.survey.forRowsBelow)
        try look(at: &rows, &found, upTo: nil)
        return found
      }
    }
    for (index, part) in looks.enumerated() {
      if index == 0 { found = try part.get() } else { found.add(try part.get()) }
    }
    return found
  }

  /// Looks at rows, all of them or up to a place behind which lines tell as much as cells.
  private func look(
    at rows: inout TextRows, _ found: inout Found, upTo end: Int?
  ) throws(FileError) {
    while !found.survey.takesLines || end.map({ rows.place < $0 }) != false, let row = rows.next() {
      found.seen = rows.number
      guard !row.isEmpty else {
        found.emptyLine = found.emptyLine ?? rows.number
        continue
      }
      let place = rows.before
      let isSuspect = text[row.line.lowerBound] == CSVComment.sign
      if row.isPlain, found.survey.takesLines, !isSuspect {
        found.survey.take(text, row.line, dialect)
      } else {
        let cells = try rows.cells(path: path)
        guard !TableBuilder.isEmptyLine(cells) else {
          found.emptyLine = found.emptyLine ?? rows.number
          continue
        }
        if isSuspect, CSVComment.isThat(cells, dialect) {
          found.comments += 1
          if found.survey.rows == 0 { found.comment = (cells, rows.number) }
          continue
        }
        if found.survey.rows == 0, options.header != false, let comment = found.comment,
          let header = CSVComment.header(comment.cells, above: cells, dialect)
        {
          found.survey.take(header: header, line: comment.line)
          found.comments -= 1
          found.cuts.append(TableCut(place: place, row: 0))
        }
        found.survey.take(cells, line: rows.number, quoted: rows.quotedCells)
      }
      let count = found.survey.rows - 1
      if count > 0 { found.gap = found.gap ?? found.emptyLine }
      found.emptyLine = nil
      if count < 2 || place.place - (found.cuts.last?.place.place ?? 0) >= partSize {
        found.cuts.append(TableCut(place: place, row: count))
      }
    }
  }
}
