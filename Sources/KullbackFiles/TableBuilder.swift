internal import KullbackMatrix

/// The rows of a text whose columns are known, as a table: parts of the text at the same time, each by a thread.
struct TableBuilder {
  private let path: String
  private let text: TextBytes
  private let dialect: TextDialect
  private let layout: CSVSurvey.Layout
  /// The row of an empty line that stands in the middle of a single column.
  private let gap: Int?
  private let whatIsMissing: TableOptions.MissingCells
  /// The place of each column's number in a row of the table; of labels, -1 and below.
  private let roles: [Int]

  private static let leftOut = Int.min

  init(
    path: String, text: TextBytes, dialect: TextDialect, layout: CSVSurvey.Layout, gap: Int?,
    missing: TableOptions.MissingCells
  ) {
    self.path = path
    self.text = text
    self.dialect = dialect
    self.layout = layout
    self.gap = layout.width == 1 ? gap : nil
    whatIsMissing = missing
    var roles = [Int](
      repeating: Self.leftOut, count: layout.width + (layout.hasEmptyEnd ? 1 : 0))
    for (place, column) in layout.labels.enumerated() { roles[column] = -1 - place }
    for (place, column) in layout.numbers.enumerated() { roles[column] = place }
    self.roles = roles
  }

  static func isEmptyLine(_ cells: [ArraySlice<UInt8>]) -> Bool {
    cells.count == 1 && cells[0].isEmpty
  }

  /// Reads the rows.
  ///
  /// - Parameters:
  ///   - rows: those of the text.
  ///   - cuts: where the parts begin, the first of them behind the header.
  ///   - count: how many rows the table has.
  func table(_ rows: TextRows, cuts: [TableCut], count: Int) throws(FileError) -> Table {
    let (cells, overflow) = count.multipliedReportingOverflow(by: roles.count)
    // Between two cells is a separator: where there are too few of them, a row is too short, and will be found.
    let isComplete = !overflow && cells <= text.count + count
    var parts: [Swift.Result<Part, FileError>] = []
    let matrix = unsafe Matrix<Double>(
      rows: isComplete ? count : 0, columns: layout.numbers.count
    ) { buffer in
      let numbers = unsafe Numbers(buffer)
      parts = inParallel(cuts.count) { index in
        let end = index + 1 < cuts.count ? cuts[index + 1] : nil
        let part = Part(row: cuts[index].row, end: end?.row ?? count)
        let rows = TextRows(rows, from: cuts[index].place, to: end?.place)
        return Swift.Result { () throws(FileError) in
          try read(rows, part, isComplete ? numbers : nil)
        }
      }
    }
    var labels: [String] = []
    var missing: TableLayout.MissingCells?
    for part in parts {
      let part = try part.get()
      labels += part.labels
      missing.add(part.missing)
    }
    guard isComplete else { throw changed }
    if let names = layout.names, let column = missing?.column { missing?.name = names[column - 1] }
    let used = layout.labels.count + layout.numbers.count + (layout.taxonomy == nil ? 0 : 1)
    return Table(
      matrix: AnyMatrix(matrix),
      rowLabels: layout.labels.isEmpty ? nil : labels,
      columnNames: layout.names.map { names in layout.numbers.map { names[$0] } },
      layout: TableLayout(
        hasHeader: layout.hasHeader, labelColumns: layout.labels.map { $0 + 1 },
        leftOut: layout.width - used, hasEmptyEnd: layout.hasEmptyEnd,
        taxonomy: layout.taxonomy.flatMap { layout.names?[$0] }, missing: missing))
  }

  private var changed: FileError {
    .failed(path: path, reason: "the file changed while it was read")
  }

  // MARK: A part of the rows

  /// What a part of the text holds.
  private struct Part {
    /// The next row of the table, and the one behind the last.
    var row: Int
    let end: Int
    var labels: [String] = []
    var missing: TableLayout.MissingCells?
  }

  private func read(
    _ rows: TextRows, _ part: Part, _ numbers: Numbers?
  ) throws(FileError) -> Part {
    var (rows, part) = (rows, part)
    let reader = DecimalReader.shared
    var labels = [Range<Int>](repeating: 0..<0, count: layout.labels.count)
    while let row = rows.next() {
      guard !row.isEmpty else { continue }
      let isSuspect = text[row.line.lowerBound] == CSVComment.sign
      if let gap, !isSuspect, rows.number > gap {
        throw malformed(line: gap, column: 1, "the cell is empty")
      }
      if row.isPlain, !isSuspect, part.row < part.end,
        read(row.line, &part, line: rows.number, reader, &labels, numbers)
      {
        if !labels.isEmpty { part.labels.append(label(labels.map { text.string($0) })) }
      } else {
        let cells = try rows.cells(path: path)
        guard !Self.isEmptyLine(cells) else { continue }
        if isSuspect, CSVComment.isThat(cells, dialect) { continue }
        try read(cells, &part, line: rows.number, numbers)
        guard part.row < part.end else { throw changed }
        if !labels.isEmpty {
          part.labels.append(
            label(layout.labels.map { String(decoding: cells[$0], as: UTF8.self) }))
        }
      }
      part.row += 1
    }
    guard part.row == part.end else { throw changed }
    return part
  }

  private func label(_ parts: [String]) -> String {
    parts.count == 1 ? parts[0] : parts.joined(separator: " / ")
  }

  /// Reads a plain line; whether all is in it that has to be.
  private func read(
    _ line: Range<Int>, _ part: inout Part, line number: Int, _ reader: DecimalReader,
    _ labels: inout [Range<Int>], _ numbers: Numbers?
  ) -> Bool {
    var place = line.lowerBound
    let end = line.upperBound
    let base = part.row * layout.numbers.count
    var missing = part.missing
    for column in roles.indices {
      if column > 0 {
        guard place < end else { return false }
        place += 1
      }
      if dialect.areBlanks {
        place = LineCells.behindBlanks(of: text, from: place, to: end, dialect)
        guard place < end else { return false }
      }
      let role = roles[column]
      if role >= 0 {
        let start = place
        while place < end, text[place] == UInt8(ascii: " ") { place += 1 }
        if let found = reader.scan(text, from: place, to: end, point: dialect.point),
          found.end == end || dialect.separates(text[found.end])
        {
          numbers?.set(found.number, at: base + role)
          place = found.end
          continue
        }
        let (range, behind) = LineCells.cell(of: text, from: start, to: end, dialect)
        let cell = CSVCell(text, range, dialect)
        guard let value = cell.value(whatIsMissing) else { return false }
        if cell.isMissing { missing.add(row: number, column: column) }
        numbers?.set(value, at: base + role)
        place = behind
      } else {
        let (cell, behind) = LineCells.cell(of: text, from: place, to: end, dialect)
        if role > Self.leftOut { labels[-1 - role] = cell }
        place = behind
      }
    }
    if dialect.areBlanks {
      place = LineCells.behindBlanks(of: text, from: place, to: end, dialect)
    }
    guard place == end else { return false }
    part.missing = missing
    return true
  }

  /// Reads the cells of a row of any kind.
  private func read(
    _ cells: [ArraySlice<UInt8>], _ part: inout Part, line: Int, _ numbers: Numbers?
  ) throws(FileError) {
    guard cells.count == roles.count else {
      throw .malformed(
        path: path, place: "row \(line)",
        reason: "\(counted(cells.count, "cell")), where other rows have \(roles.count)")
    }
    for (place, column) in layout.numbers.enumerated() {
      let cell = CSVCell(cells[column], point: dialect.point)
      guard let value = cell.value(whatIsMissing) else {
        throw malformed(
          line: line, column: column + 1,
          cell.refusal(cells[column]) + advice(cell, isFirst: part.row == 0, column))
      }
      if cell.isMissing { part.missing.add(row: line, column: column) }
      if part.row < part.end { numbers?.set(value, at: part.row * layout.numbers.count + place) }
    }
  }

  /// What may be meant by a cell that is no number.
  private func advice(_ cell: CSVCell, isFirst: Bool, _ place: Int) -> String {
    guard cell == .word else { return "" }
    if isFirst, !layout.hasHeader { return " (--header yes if the row is names)" }
    let isNext = place == layout.labels.count && layout.width > place + 1
    return isNext
      ? " (--label-columns \((layout.labels + [place]).map { "\($0 + 1)" }.joined(separator: ",")) if the column"
        + " is labels)" : ""
  }

  private func malformed(line: Int, column: Int, _ reason: String) -> FileError {
    .malformed(path: path, place: "row \(line), column \(column)", reason: reason)
  }
}

/// Where a part of a text begins.
struct TableCut: Sendable {
  let place: TextRows.Place
  /// The first row of the table behind it.
  let row: Int
}

/// The numbers of a table, each of which one thread sets.
@safe
private struct Numbers: @unchecked Sendable {
  @unsafe private let buffer: UnsafeMutableBufferPointer<Double>

  init(_ buffer: UnsafeMutableBufferPointer<Double>) {
    unsafe self.buffer = buffer
  }

  private var count: Int { unsafe buffer.count }

  @inline(__always)
  func set(_ number: Double, at place: Int) {
    precondition(place >= 0 && place < count, "no number of the table")
    // SAFETY: the place lies in the buffer.
    unsafe buffer.initializeElement(at: place, to: number)
  }
}
