/// Text in aligned columns.
struct Table {
  /// One column: its heading, which side its cells stand on, and what it is worth.
  struct Column {
    let title: String
    var alignsLeft = false
    /// When a table is too wide, columns leave in falling order of this number; 0 always stays.
    var dispensability = 0
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Appends a row, one cell a column.
  mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row needs one cell for every column")
    rows.append(cells)
  }

  /// How many columns there are.
  var columnCount: Int { columns.count }

  /// How many columns there is no room for in `width`.
  func columnsLeftOut(width: Int?) -> Int { columns.count - kept(width, widths).count }

  /// The lines of the table, in at most `width` columns where leaving columns out can achieve that.
  func lines(width: Int?) -> [String] {
    let widths = widths
    let kept = kept(width, widths)
    return ([columns.map(\.title)] + rows).map { cells in
      let line = kept.map { index in
        pad(cells[index], to: widths[index], left: columns[index].alignsLeft)
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private var widths: [Int] {
    columns.indices.map { index in
      rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
    }
  }

  private func kept(_ width: Int?, _ widths: [Int]) -> [Int] {
    var kept = Array(columns.indices)
    while let width, kept.reduce(-2, { $0 + widths[$1] + 2 }) > width,
      let least = kept.filter({ columns[$0].dispensability > 0 })
        .max(by: { columns[$0].dispensability < columns[$1].dispensability })
    {
      kept.removeAll { $0 == least }
    }
    return kept
  }

  private func pad(_ text: String, to width: Int, left: Bool) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? text + space : space + text
  }
}
