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
  /// first row is a header when none of its cells is a number. The first column is labels when its
  /// cell in the first row of numbers is no number, or the header has no name for it (as pandas
  /// writes an index). Empty lines are skipped, unless they stand in the middle of a single column.
  ///
  /// - Parameter separator: "," or a tab; by default the one that the first line has more of.
  /// - Throws: `FileError.cannotRead`, or `.malformed` with the row and column from 1, header included.
  public static func read(_ path: String, separator: Character? = nil) throws(FileError) -> Table {
    try read(
      Bytes(path: path), path: path == "-" ? "standard input" : path, separator: separator)
  }

  static func read(
    _ bytes: Bytes, path: String, separator: Character?
  ) throws(FileError) -> Table {
    // The text itself, and numbers of 8 bytes for cells of 2 and more.
    try AvailableMemory.check(5 * bytes.count, for: path)
    let text = bytes.prefix(bytes.count)
    if let bad = firstByteNotUTF8(text) {
      throw .malformed(path: path, place: "byte \(bad)", reason: "not text in UTF-8")
    }
    let separator =
      separator?.asciiValue
      ?? (path.hasSuffix(".tsv") ? 9 : path.hasSuffix(".csv") ? 44 : sniff(text))
    var scanner = CSVScanner(text, separator: separator)
    var builder = TableBuilder(path: path)
    while let cells = try scanner.row(path: path) {
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
