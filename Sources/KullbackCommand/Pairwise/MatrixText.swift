internal import CLibm

/// A small matrix as people read it: names around numbers with the same decimals.
enum MatrixText {
  private static let longestName = 16

  /// The lines; nil where the matrix does not fit in `width` columns with two digits of its largest value.
  static func lines(
    _ matrix: [[Double]], rows: [String], columns: [String], width: Int
  ) -> [String]? {
    let finite = matrix.joined().filter(\.isFinite).map(\.magnitude).max() ?? 0
    let whole = finite > 0 ? Int(log10(finite).rounded(.down)) + 1 : 1
    for (digits, gap) in [(4, 2), (3, 2), (3, 1), (2, 1)] {
      let cells = matrix.map { $0.map { cell($0, decimals: max(0, min(9, digits - whole))) } }
      let lines = Self.lines(cells, rows: rows.map(short), columns: columns.map(short), gap: gap)
      if lines.allSatisfy({ $0.count <= width }) { return lines }
    }
    return nil
  }

  private static func lines(
    _ cells: [[String]], rows: [String], columns: [String], gap: Int
  ) -> [String] {
    let first = rows.map(\.count).max() ?? 0
    let widths = columns.indices.map { column in
      cells.reduce(columns[column].count) { max($0, $1[column].count) }
    }
    func line(_ name: String, _ texts: [String]) -> String {
      name + spaces(first - name.count)
        + zip(texts, widths).map { spaces(gap + $1 - $0.count) + $0 }.joined()
    }
    return [line("", columns)] + zip(rows, cells).map(line)
  }

  private static func cell(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, value != 0 else { return Format.value(value) }
    let text = value.magnitude < 1e7 ? Format.fixed(value, decimals: decimals) : ""
    // What would be shown as 0 is not 0.
    let vanishes = text.allSatisfy { "-0.".contains($0) }
    return vanishes ? Format.value(value, digits: value.magnitude < 1 ? 1 : 4) : text
  }

  private static func short(_ name: String) -> String {
    name.count > longestName ? name.prefix(longestName - 1) + "…" : name
  }

  private static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}
