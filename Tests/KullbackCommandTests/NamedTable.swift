import KullbackTestSupport

/// A table of numbers with names of columns and rows, made at random, to be written in any order.
struct NamedTable {
  var columns: [String]
  var rows: [String]
  var values: [[Double]]

  /// Numbers above 0, under names that have commas, blanks, quotes or digits among them.
  static func random(
    rows: Int, columns: Int, using generator: inout SeededGenerator
  ) -> NamedTable {
    let words = ["a", "b c", "d,e", "f\"g", "é", "x1", "UPPER", "-"]
    func names(_ count: Int, _ kind: String) -> [String] {
      (0..<count).map { "\(words[$0 % words.count])\(kind)\($0)" }.shuffled(using: &generator)
    }
    return NamedTable(
      columns: names(columns, "c"), rows: names(rows, "r"),
      values: (0..<rows).map { _ in
        (0..<columns).map { _ in Double(1 + generator.next() % 1000) / 8 }
      })
  }

  func columns(_ places: [Int]) -> NamedTable {
    NamedTable(
      columns: places.map { columns[$0] }, rows: rows,
      values: values.map { row in places.map { row[$0] } })
  }

  func rows(_ places: [Int]) -> NamedTable {
    NamedTable(
      columns: columns, rows: places.map { rows[$0] }, values: places.map { values[$0] })
  }

  /// The text of a .csv: with a header, labels of rows, both or neither.
  func csv(header: Bool = true, labels: Bool = true) -> String {
    func quoted(_ name: String) -> String {
      "\"" + name.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
    let first = [((labels ? [""] : []) + columns.map(quoted)).joined(separator: ",")]
    let lines = zip(rows, values).map { name, row in
      ((labels ? [quoted(name)] : []) + row.map { "\($0)" }).joined(separator: ",")
    }
    return ((header ? first : []) + lines).joined(separator: "\n") + "\n"
  }
}
