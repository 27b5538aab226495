internal import KullbackMatrix

/// Collects rows of cells into a table.
struct TableBuilder {
  let path: String
  private var values: [Double] = []
  private var labels: [String] = []
  private var header: [String]?
  private var columns: Int?
  private var hasLabels = false
  private var rows = 0
  private var firstLine = 0
  private var emptyLine: Int?

  init(path: String) {
    self.path = path
  }

  /// Takes the cells of a line; the first line is 1.
  mutating func add(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    guard cells.count > 1 || !cells.allSatisfy(\.isEmpty) else {
      emptyLine = emptyLine ?? line
      return
    }
    if let emptyLine, (columns ?? header?.count) == 1 {
      throw malformed(line: emptyLine, column: 1, "the cell is empty")
    }
    emptyLine = nil
    guard let columns else { return try begin(cells, line: line) }
    guard cells.count == columns else { throw ragged(cells.count, columns, line) }
    try append(cells, line: line)
  }

  /// Takes the header, or the first row of numbers.
  private mutating func begin(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    guard header != nil || !isHeader(cells) else {
      header = cells.map { String(decoding: $0, as: UTF8.self) }
      return
    }
    hasLabels = cells.count > 1 && isName(cells[0])
    if let header {
      // The column of labels may have no cell in the header at all.
      guard header.count == cells.count || (hasLabels && header.count == cells.count - 1) else {
        throw ragged(cells.count, header.count, line)
      }
      if header.count == cells.count, cells.count > 1, header[0].isEmpty { hasLabels = true }
    }
    columns = cells.count
    firstLine = line
    try append(cells, line: line)
  }

  /// Whether cells are names of columns.
  ///
  /// A row of which some cells are numbers is none: a mistyped number would take its row with it.
  private func isHeader(_ cells: [ArraySlice<UInt8>]) -> Bool {
    guard cells.count > 1 else { return cells.allSatisfy(isName) }
    let names = cells.dropFirst()
    // pandas names columns 0, 1, 2 ... and its index not at all.
    if cells[0].isEmpty,
      names.enumerated().allSatisfy({ $1.elementsEqual("\($0)".utf8) })
    {
      return true
    }
    return names.contains(where: isName) && cells.allSatisfy { CSV.number($0) == nil }
  }

  private func isName(_ cell: ArraySlice<UInt8>) -> Bool {
    CSV.number(cell) == nil && !isBlank(cell)
  }

  private func isBlank(_ cell: ArraySlice<UInt8>) -> Bool {
    cell.allSatisfy { $0 == 32 }
  }

  private mutating func append(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    if hasLabels, let label = cells.first { labels.append(String(decoding: label, as: UTF8.self)) }
    for (index, cell) in cells.enumerated().dropFirst(hasLabels ? 1 : 0) {
      guard let number = CSV.number(cell) else {
        let text = String(decoding: cell.prefix(40), as: UTF8.self)
        throw malformed(
          line: line, column: index + 1,
          isBlank(cell) ? "the cell is empty" : "\"\(text)\" is not a number")
      }
      values.append(number)
    }
    rows += 1
  }

  private func malformed(line: Int, column: Int, _ reason: String) -> FileError {
    .malformed(path: path, place: "row \(line), column \(column)", reason: reason)
  }

  private func ragged(_ count: Int, _ expected: Int, _ line: Int) -> FileError {
    .malformed(
      path: path, place: "row \(line)", reason: "\(count) cells, where other rows have \(expected)")
  }

  /// What has been collected.
  func table() throws(FileError) -> Table {
    guard let columns, rows > 0 else {
      throw .malformed(path: path, place: "", reason: "the file holds no rows of numbers")
    }
    // A header of numbers looks like a row with a label. Only the rows behind it tell, and not surely.
    if hasLabels, header == nil, rows > 1,
      labels.dropFirst().allSatisfy({ CSV.number(Array($0.utf8)[...]) != nil })
    {
      throw malformed(
        line: firstLine, column: 1,
        "\"\(labels[0])\" is the only cell of its column that is not a number: in a header no cell "
          + "may be a number")
    }
    let width = columns - (hasLabels ? 1 : 0)
    let names = header.map { Array($0.suffix(width)) }
    return Table(
      matrix: AnyMatrix(Matrix(values, rows: rows, columns: width)),
      rowLabels: hasLabels ? labels : nil, columnNames: names)
  }
}
