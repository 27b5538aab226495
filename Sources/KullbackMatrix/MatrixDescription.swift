extension Matrix: CustomStringConvertible {
  /// The shape and the first elements of the first rows.
  public var description: String { AnyMatrix(self).description }
}

extension AnyMatrix: CustomStringConvertible {
  /// How many rows and columns a description shows.
  private static var shown: Int { 6 }

  /// The shape and the first elements of the first rows.
  public var description: String {
    let (shownRows, shownColumns) = (Swift.min(rows, Self.shown), Swift.min(columns, Self.shown))
    let cells = (0..<shownRows).map { row in
      (0..<shownColumns).map { spelt(row: row, column: $0) }
    }
    let width = cells.joined().map(\.count).max() ?? 0
    var lines = ["\(rows) x \(columns) \(kind.name)"]
    for row in cells {
      let aligned = row.map { String(repeating: " ", count: width - $0.count) + $0 }
      lines.append(
        "  " + (aligned + (columns > shownColumns ? ["..."] : [])).joined(separator: "  "))
    }
    if rows > shownRows, shownColumns > 0 { lines.append("  ...") }
    return lines.joined(separator: "\n")
  }

  private func spelt(row: Int, column: Int) -> String {
    if let whole = matrix(of: Int64.self) { return "\(whole[row, column])" }
    return value(row: row, column: column).spelt(digits: kind.isInteger ? 10 : 5)
  }
}
