/// Columns that are separated by something that is not read.
enum SeparatorDoubt {
  /// What separates the columns of a text, in words, where it is plainly not `separator`.
  ///
  /// The first lines tell: cut at another character, each has as many cells, and all but the first of them
  /// are numbers, perhaps with a decimal comma. The first line may be a header.
  static func separator(of text: TextBytes, insteadOf separator: UInt8) -> String? {
    let lines = firstLines(of: text)
    let body = lines.count > 1 ? lines.dropFirst() : lines[...]
    guard !body.isEmpty else { return nil }
    for (other, name) in [(UInt8(59), ";"), (124, "|"), (9, "tabs"), (32, "spaces")]
    where other != separator {
      guard body.allSatisfy({ $0.contains(other) }) else { continue }
      // A label may have spaces in it.
      if other == 32, body.contains(where: { $0.contains(separator) }) { continue }
      let rows = body.map { cells($0, separatedBy: other) }
      guard let width = rows.first?.count, width > 1, rows.allSatisfy({ $0.count == width }) else {
        continue
      }
      if rows.allSatisfy({ $0.dropFirst().allSatisfy(isNumber) }) { return name }
    }
    return nil
  }

  private static func firstLines(of text: TextBytes) -> [Slice<TextBytes>] {
    var lines: [Slice<TextBytes>] = []
    var rest = text[...]
    while lines.count < 8, !rest.isEmpty {
      // Numbers are found at the beginnings of long lines as well.
      let line = rest.prefix { $0 != 10 && $0 != 13 }
      rest = rest.dropFirst(line.count + 1)
      if !line.isEmpty { lines.append(line) }
    }
    return lines
  }

  private static func cells(
    _ line: Slice<TextBytes>, separatedBy other: UInt8
  ) -> [Slice<TextBytes>] {
    line.split(separator: other, omittingEmptySubsequences: other == 32)
  }

  /// Whether a cell is a number, with a decimal point, a decimal comma or Fortran's D.
  private static func isNumber(_ cell: Slice<TextBytes>) -> Bool {
    guard cell.count < 100, let first = cell.first, first != 44 else { return false }
    let text = cell.map { $0 == 44 ? 46 : $0 == 68 || $0 == 100 ? 101 : $0 }
    return CSVCell(text[...]).number != nil
  }
}
