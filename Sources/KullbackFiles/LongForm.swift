internal import KullbackMatrix

/// A text of a number a line: the label of its row, the name of its column, and the number.
struct LongForm {
  private let path: String
  private let columns: LongColumns
  private let hasHeader: Bool?
  private let point: UInt8
  private let whatIsMissing: TableOptions.MissingCells
  private var missing: TableLayout.MissingCells?
  private var places: (row: Int, column: Int, value: Int)?
  private var width = 0
  private var isHeader = false
  private var rowNumbers: [String: Int] = [:]
  private var columnNumbers: [String: Int] = [:]
  private var rowLabels: [String] = []
  private var columnNames: [String] = []
  private var entries: [(row: Int, column: Int, value: Double, line: Int)] = []

  /// The most numbers that a table may have: 16 GiB of them.
  private static let most = 1 << 31

  init(
    path: String, columns: LongColumns, header: Bool?, point: UInt8,
    missing: TableOptions.MissingCells
  ) {
    self.path = path
    self.columns = columns
    hasHeader = header
    self.point = point
    whatIsMissing = missing
  }

  /// Takes the cells of a line; the first line is 1.
  mutating func add(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    guard !TableBuilder.isEmptyLine(cells) else { return }
    guard let places else { return try begin(cells, line: line) }
    guard cells.count == width else {
      throw malformed("row \(line)", "\(cells.count) cells, where other rows have \(width)")
    }
    let cell = CSVCell(cells[places.value], point: point)
    guard let value = cell.value(whatIsMissing) else {
      throw malformed(
        "row \(line), column \(places.value + 1)", cell.refusal(cells[places.value]))
    }
    if cell.isMissing { missing.add(row: line, column: places.value) }
    let row = Self.number(cells[places.row], &rowNumbers, &rowLabels)
    let column = Self.number(cells[places.column], &columnNumbers, &columnNames)
    entries.append((row, column, value, line))
  }

  private static func number(
    _ cell: ArraySlice<UInt8>, _ numbers: inout [String: Int], _ names: inout [String]
  ) -> Int {
    let name = String(decoding: cell, as: UTF8.self)
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// Takes the header, or finds that there is none.
  private mutating func begin(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    let references = [columns.row, columns.column, columns.value]
    let isNamed = references.contains(where: \.isName)
    func places(_ names: [String]?) throws(FileError) -> [Int] {
      try ColumnReference.places(references, names: names, count: cells.count, path: path)
    }
    let names = cells.map { String(decoding: $0, as: UTF8.self) }
    let found = try places(isNamed ? names : nil)
    guard found.count == 3 else { throw malformed("", "--long takes three columns") }
    width = cells.count
    isHeader =
      hasHeader ?? (isNamed || CSVCell(cells[found[2]], point: point).value(.invalid) == nil)
    self.places = (found[0], found[1], found[2])
    if !isHeader { try add(cells, line: line) }
  }

  private func malformed(_ place: String, _ reason: String) -> FileError {
    .malformed(path: path, place: place, reason: reason)
  }

  /// What has been collected: rows as they came, columns in order, by size where their names are whole numbers.
  func table() throws(FileError) -> Table {
    guard let places, !entries.isEmpty else {
      throw malformed("", "the file holds no rows of numbers")
    }
    let (count, overflow) = rowLabels.count.multipliedReportingOverflow(by: columnNames.count)
    guard !overflow, count <= Self.most else {
      throw malformed(
        "", "\(rowLabels.count) rows of \(columnNames.count) columns are too many for a table")
    }
    let wholes = columnNames.map { CSVCell.whole(Array($0.utf8)[...]) }
    let areWhole = wholes.allSatisfy { $0 != nil }
    let order = columnNames.indices.sorted {
      areWhole ? (wholes[$0] ?? 0) < (wholes[$1] ?? 0) : columnNames[$0] < columnNames[$1]
    }
    var ranks = order
    for (rank, column) in order.enumerated() { ranks[column] = rank }
    var isThere = [Bool](repeating: false, count: count)
    var values = [Double](repeating: columns.absent ?? 0, count: count)
    for entry in entries {
      let at = entry.row * order.count + ranks[entry.column]
      guard !isThere[at] else {
        throw malformed(
          "row \(entry.line)",
          "\"\(rowLabels[entry.row].inBrief)\" and \"\(columnNames[entry.column].inBrief)\" have a number already"
        )
      }
      isThere[at] = true
      values[at] = entry.value
    }
    if columns.absent == nil, let at = isThere.firstIndex(of: false) {
      throw malformed(
        "",
        "\"\(rowLabels[at / order.count].inBrief)\" has no number for"
          + " \"\(columnNames[order[at % order.count]].inBrief)\"")
    }
    return Table(
      matrix: AnyMatrix(Matrix(values, rows: rowLabels.count, columns: order.count)),
      rowLabels: rowLabels, columnNames: order.map { columnNames[$0] },
      layout: TableLayout(
        hasHeader: isHeader, labelColumns: [places.row + 1], leftOut: width - 3, isLong: true,
        missing: missing))
  }
}
