/// Signs that a text of three columns has a number a line.
struct LongSigns {
  private var rows: Set<[UInt8]> = []
  private var columns: Set<[UInt8]> = []
  private var count = 0
  private var last: (row: Int, column: Int)?
  private var ascends = true
  private var steps = 0
  /// Whether a cell of the first two columns is no number.
  private(set) var haveWords = false

  /// Whether more rows may tell more.
  var isOpen: Bool { ascends || count < 10_000 }

  mutating func take(_ cells: [ArraySlice<UInt8>]) {
    guard cells.count == 3 else { return }
    count += 1
    if !haveWords, count <= 10_000 {
      haveWords = cells.dropLast().contains { CSVCell($0).number == nil }
    }
    // Enough to see whether values come again.
    if count <= 10_000 {
      rows.insert(Array(cells[0]))
      columns.insert(Array(cells[1]))
    }
    guard ascends else { return }
    guard let row = CSVCell.whole(cells[0]), let column = CSVCell.whole(cells[1]),
      let value = CSVCell(cells[2]).number, value > 0
    else {
      ascends = false
      return
    }
    if let last {
      if row == last.row, column > last.column {
        steps += 1
      } else if row <= last.row {
        ascends = false
      }
    }
    last = (row, column)
  }

  func areThose(header: [String]?) -> Bool {
    let comesAgain = min(rows.count, columns.count) < min(count, 10_000)
    if let header, header.count == 3, Self.values.contains(header[2]), comesAgain {
      return !header.dropLast().contains(where: Self.values.contains)
    }
    return ascends && steps > 0 && rows.count > 1 && columns.count < count
  }

  private static let values: Set<String> = [
    "count", "counts", "value", "values", "n", "freq", "frequency", "frequencies", "weight",
    "abundance", "tf", "tfidf", "tf-idf", "prob", "probability", "p", "share", "score", "logit",
  ]
}
