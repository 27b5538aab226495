/// Writes comma-separated numbers with a header, rows after rows.
///
/// Numbers are written with as many digits as bring them back exactly. The file gets its name when
/// `finish()` has been called.
public final class CSVWriter: FileWriter {
  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile
  private let columns: Int

  /// Starts a file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String, columns: [String]) throws(FileError) {
    file = try AtomicFile(path: path)
    self.columns = columns.count
    try file.write(Array((columns.map(CSVWriter.quoted).joined(separator: ",") + "\n").utf8))
  }

  /// Starts a file whose header is the first row that is written, of words.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String, width: Int) throws(FileError) {
    file = try AtomicFile(path: path)
    columns = width
  }

  /// Writes a row.
  ///
  /// - Throws: `FileError.failed`.
  public func append(_ row: [Double]) throws(FileError) {
    precondition(row.count == columns, "a row of another width")
    try file.write(Array((row.map(CSVWriter.spell).joined(separator: ",") + "\n").utf8))
  }

  /// Writes a row that begins with labels.
  ///
  /// `Float` numbers are written with as many digits as bring the `Float` back.
  ///
  /// - Throws: `FileError.failed`.
  public func append(
    _ labels: [String], _ row: [some BinaryFloatingPoint & LosslessStringConvertible]
  ) throws(FileError) {
    precondition(labels.count + row.count == columns, "a row of another width")
    let line = (labels.map(CSVWriter.quoted) + row.map { CSVWriter.spell($0) })
      .joined(separator: ",")
    try file.write(Array((line + "\n").utf8))
  }

  /// Writes a row of words.
  ///
  /// - Throws: `FileError.failed`.
  public func append(words: [String]) throws(FileError) {
    precondition(words.count == columns, "a row of another width")
    try file.write(Array((words.map(CSVWriter.quoted).joined(separator: ",") + "\n").utf8))
  }

  /// Writes a header, all of it in quotes where a name is a number and might be read as one.
  ///
  /// - Throws: `FileError.failed`.
  public func append(header: [String]) throws(FileError) {
    let isClear = header.allSatisfy { !CSVCell(Array($0.utf8)[...]).isNumeric }
    guard !isClear else { return try append(words: header) }
    precondition(header.count == columns, "a row of another width")
    try file.write(Array((header.map(CSVWriter.inQuotes).joined(separator: ",") + "\n").utf8))
  }

  /// Gives the file its name.
  ///
  /// - Throws: `FileError.failed`.
  public func finish() throws(FileError) {
    try file.commit()
  }

  /// Removes what has been written.
  public func discard() {
    file.discard()
  }

  static func spell(_ value: some BinaryFloatingPoint & LosslessStringConvertible) -> String {
    value.isNaN ? "nan" : value == .infinity ? "inf" : value == -.infinity ? "-inf" : "\(value)"
  }

  static func quoted(_ text: String) -> String {
    let needsQuotes = text.contains { [",", "\"", "\n", "\r", "\r\n"].contains($0) }
    return needsQuotes ? inQuotes(text) : text
  }

  private static func inQuotes(_ text: String) -> String {
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + parts.joined(separator: "\"\"") + "\""
  }
}
