/// Lines that begin with #.
enum CSVComment {
  static let sign = UInt8(ascii: "#")

  /// Whether a row is a comment: # and a blank, or # and no number in another cell.
  ///
  /// - Parameter cells: those of a line that begins with #.
  static func isThat(_ cells: [ArraySlice<UInt8>], _ dialect: TextDialect) -> Bool {
    let name = (cells.first ?? []).drop { $0 == sign }
    if name.first == UInt8(ascii: " ") || (dialect.areBlanks && name.isEmpty) { return true }
    return !cells.dropFirst().contains { cell in
      let cell = CSVCell(cell, point: dialect.point)
      return cell.isNumeric || cell.isMissing
    }
  }

  /// The names of columns in the last comment above the first row, where there are as many, or one less above a column
  /// of labels, and none of them is a number, but one in the row is.
  static func header(
    _ comment: [ArraySlice<UInt8>], above row: [ArraySlice<UInt8>], _ dialect: TextDialect
  ) -> [ArraySlice<UInt8>]? {
    var names = comment
    names[0] = names[0].drop { $0 == sign || $0 == UInt8(ascii: " ") }
    if dialect.areBlanks, names[0].isEmpty { names.removeFirst() }
    func isNumber(_ cell: ArraySlice<UInt8>) -> Bool {
      CSVCell(cell, point: dialect.point).isNumeric
    }
    guard !names.contains(where: isNumber), row.contains(where: isNumber) else { return nil }
    let isShort = names.count == row.count - 1 && CSVCell(row[0]) == .word
    return names.count == row.count || isShort ? names : nil
  }
}
