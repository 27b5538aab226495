public import KullbackMatrix

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A matrix with the names that came with it.
public struct Table: Sendable {
  /// The numbers.
  public let matrix: AnyMatrix
  /// The first column, where it is not numbers.
  public let rowLabels: [String]?
  /// The first row, where it is not numbers; without the label column's name.
  public let columnNames: [String]?
}

/// Reading tables of numbers as text.
public enum CSV {
  /// Reads comma- or tab-separated numbers, with or without a header row and a column of labels.
  ///
  /// Quotes are those of RFC 4180. Numbers are decimal, with "inf", "-inf" and "nan" in any case. The
  /// first column is labels when its cell in the first row of numbers is no number; the first row is a
  /// header when any other cell in it is none.
  ///
  /// - Parameter separator: "," or a tab; by default the one that the first line has more of.
  /// - Throws: `FileError.cannotRead`, or `.malformed` with the row and column from 1, header included.
  public static func read(_ path: String, separator: Character? = nil) throws(FileError) -> Table {
    try read(Bytes(path: path), path: path, separator: separator)
  }

  static func read(
    _ bytes: Bytes, path: String, separator: Character?
  ) throws(FileError) -> Table {
    let name = path == "-" ? "standard input" : path
    let text = bytes.prefix(bytes.count)
    if let bad = firstByteNotUTF8(text) {
      throw .malformed(path: name, place: "byte \(bad)", reason: "not text in UTF-8")
    }
    let separator =
      separator?.asciiValue
      ?? (path.hasSuffix(".tsv") ? 9 : path.hasSuffix(".csv") ? 44 : sniff(text))
    var scanner = CSVScanner(text, separator: separator)
    var builder = TableBuilder(path: name)
    while let cells = try scanner.row(path: name) {
      try builder.add(cells, line: scanner.rowNumber)
    }
    return try builder.table()
  }

  private static func sniff(_ text: [UInt8]) -> UInt8 {
    let line = text.prefix { $0 != 10 }
    return line.count { $0 == 9 } > line.count { $0 == 44 } ? 9 : 44
  }

  private static func firstByteNotUTF8(_ text: [UInt8]) -> Int? {
    guard String(validating: text, as: UTF8.self) == nil else { return nil }
    var decoder = UTF8()
    var iterator = text.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }

  /// The number that a cell spells, or nil.
  static func number(_ cell: ArraySlice<UInt8>) -> Double? {
    var cell = cell
    while let last = cell.last, last == 32 { cell = cell.dropLast() }
    while let first = cell.first, first == 32 { cell = cell.dropFirst() }
    guard !cell.isEmpty, cell.count < 400 else { return nil }
    // strtod also takes hexadecimal numbers and "nan(...)": cells have neither.
    let allowed = cell.allSatisfy { byte in
      (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }
    let text = String(decoding: cell, as: UTF8.self)
    guard allowed else {
      switch text.lowercased() {
      case "inf", "+inf", "infinity", "+infinity": return .infinity
      case "-inf", "-infinity": return -.infinity
      case "nan", "+nan", "-nan": return .nan
      default: return nil
      }
    }
    return Double(text)
  }
}

/// Collects rows of cells into a table.
private struct TableBuilder {
  let path: String
  private var values: [Double] = []
  private var labels: [String] = []
  private var header: [String]?
  private var columns: Int?
  private var hasLabels = false
  private var first: [ArraySlice<UInt8>]?
  private var rows = 0

  init(path: String) {
    self.path = path
  }

  mutating func add(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    guard let columns else {
      // A row whose later cells are not all numbers is the header.
      let isHeader = cells.dropFirst().contains { CSV.number($0) == nil && !$0.isEmpty }
      if header == nil, isHeader || (cells.count == 1 && cells.allSatisfy { isName($0) }) {
        header = cells.map { String(decoding: $0, as: UTF8.self) }
        return
      }
      if let header, header.count != cells.count, header.count != cells.count - 1 {
        throw ragged(cells.count, header.count, line)
      }
      hasLabels = cells.count > 1 && cells.first.map { isName($0) } ?? false
      self.columns = cells.count
      try append(cells, line: line)
      return
    }
    guard cells.count == columns else { throw ragged(cells.count, columns, line) }
    try append(cells, line: line)
  }

  private func isName(_ cell: ArraySlice<UInt8>) -> Bool {
    !cell.isEmpty && CSV.number(cell) == nil
  }

  private mutating func append(_ cells: [ArraySlice<UInt8>], line: Int) throws(FileError) {
    if hasLabels, let label = cells.first { labels.append(String(decoding: label, as: UTF8.self)) }
    for (index, cell) in cells.enumerated().dropFirst(hasLabels ? 1 : 0) {
      guard let number = CSV.number(cell) else {
        let text = String(decoding: cell.prefix(40), as: UTF8.self)
        throw .malformed(
          path: path, place: "row \(line), column \(index + 1)",
          reason: cell.isEmpty ? "the cell is empty" : "\"\(text)\" is not a number")
      }
      values.append(number)
    }
    rows += 1
  }

  private func ragged(_ count: Int, _ expected: Int, _ line: Int) -> FileError {
    .malformed(
      path: path, place: "row \(line)", reason: "\(count) cells, where other rows have \(expected)")
  }

  func table() throws(FileError) -> Table {
    guard let columns, rows > 0 else {
      throw .malformed(path: path, place: "", reason: "the file holds no rows of numbers")
    }
    let width = columns - (hasLabels ? 1 : 0)
    let names = header.map { $0.count > width ? Array($0.dropFirst($0.count - width)) : $0 }
    return Table(
      matrix: AnyMatrix(Matrix(values, rows: rows, columns: width)),
      rowLabels: hasLabels ? labels : nil, columnNames: names)
  }
}
