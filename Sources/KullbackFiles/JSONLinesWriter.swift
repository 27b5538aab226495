/// Writes a line of JSON a row: an object of its number, its label where there are some, and its values by name.
///
/// What is no finite number is a text, "NaN", "Infinity" or "-Infinity". The file gets its name when `finish()` has been
/// called.
final class JSONLinesWriter: FileWriter {
  var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile
  private let keys: [String]

  /// Starts a file.
  init(path: String, columns: [String]) throws(FileError) {
    file = try AtomicFile(path: path)
    keys = columns.map(JSONText.quoted)
  }

  /// Writes a row.
  func append(_ row: Int, _ label: String?, _ values: [Double]) throws(FileError) {
    precondition(values.count == keys.count, "a row of another width")
    let entries =
      ["\"row\":\(row)"] + (label.map { ["\"label\":" + JSONText.quoted($0)] } ?? [])
      + zip(keys, values).map { "\($0):\(JSONText.spelt($1))" }
    try file.write(Array(("{" + entries.joined(separator: ",") + "}\n").utf8))
  }

  func finish() throws(FileError) {
    try file.commit()
  }

  func discard() {
    file.discard()
  }
}
