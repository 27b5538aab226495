import Foundation

/// Columns of text, the first ones to the left, the rest to the right.
struct Table {
  struct Column {
    let title: String
    let width: Int
    var left = false
  }

  let columns: [Column]

  var header: String { line(columns.map(\.title)) }
  var rule: String {
    columns.map { String(repeating: "-", count: $0.width) }.joined(separator: "  ")
  }

  func line(_ cells: [String]) -> String {
    zip(columns, cells).map { column, cell in
      let padding = String(repeating: " ", count: max(0, column.width - cell.count))
      return column.left ? cell + padding : padding + cell
    }.joined(separator: "  ")
  }
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
