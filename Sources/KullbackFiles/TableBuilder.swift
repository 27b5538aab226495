internal import KullbackMatrix

/// Collects the rows of a text, whose columns are known, into a table.
struct TableBuilder {
  let path: String
  private let layout: CSVSurvey.Layout
  private let labelColumns: Set<Int>
  private var values: [Double] = []
  private var labels: [String] = []
  private var rows = 0
  private var emptyLine: Int?
  private var isAtHeader: Bool

  init(path: String, layout: CSVSurvey.Layout) {
    self.path = path
    self.layout = layout
    labelColumns = Set(layout.labels)
    isAtHeader = layout.hasHeader
  }

  /// Takes the cells of a line; the first line is 1.
  mutating func add(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    guard !TableBuilder.isEmptyLine(cells) else {
      emptyLine = emptyLine ?? line
      return
    }
    if let emptyLine, layout.width == 1, isAtHeader == false, rows > 0 || layout.hasHeader {
      throw malformed(line: emptyLine, column: 1, "the cell is empty")
    }
    emptyLine = nil
    guard !isAtHeader else {
      isAtHeader = false
      return
    }
    guard cells.count == layout.width else { throw ragged(cells, line) }
    try append(cells, line: line)
  }

  static func isEmptyLine(_ cells: [ArraySlice<UInt8>]) -> Bool {
    cells.count == 1 && cells[0].isEmpty
  }

  private mutating func append(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    if !layout.labels.isEmpty {
      labels.append(
        layout.labels.map { String(decoding: cells[$0], as: UTF8.self) }.joined(separator: " / "))
    }
    for place in layout.numbers {
      let cell = CSVCell(cells[place])
      guard case .number(let number) = cell else {
        throw malformed(
          line: line, column: place + 1,
          cell.refusal(cells[place]) + advice(cell, cells[place], place))
      }
      values.append(number)
    }
    rows += 1
  }

  /// What may be meant by a cell that is no number.
  private func advice(_ cell: CSVCell, _ bytes: ArraySlice<UInt8>, _ place: Int) -> String {
    guard cell == .word else { return "" }
    if rows == 0, !layout.hasHeader { return " (--header yes if the row is names)" }
    let isNext = place == layout.labels.count && layout.width > place + 1
    return isNext
      ? " (--label-columns \((layout.labels + [place]).map { "\($0 + 1)" }.joined(separator: ",")) if the column"
        + " is labels)" : ""
  }

  private func malformed(line: Int, column: Int, _ reason: String) -> FileError {
    .malformed(path: path, place: "row \(line), column \(column)", reason: reason)
  }

  private func ragged(_ cells: [ArraySlice<UInt8>], _ line: Int) -> FileError {
    .malformed(
      path: path, place: "row \(line)",
      reason: cells[0].first == UInt8(ascii: "#")
        ? "a line that begins with # is a comment, which is not read: remove it"
        : "\(counted(cells.count, "cell")), where other rows have \(layout.width)")
  }

  /// What has been collected.
  func table() -> Table {
    let used = layout.labels.count + layout.numbers.count
    return Table(
      matrix: AnyMatrix(Matrix(values, rows: rows, columns: layout.numbers.count)),
      rowLabels: layout.labels.isEmpty ? nil : labels,
      columnNames: layout.names.map { names in layout.numbers.map { names[$0] } },
      layout: TableLayout(
        hasHeader: layout.hasHeader, labelColumns: layout.labels.map { $0 + 1 },
        leftOut: layout.width - used))
  }
}
