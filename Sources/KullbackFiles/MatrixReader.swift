internal import KullbackMatrix

/// Reading a matrix from a file of any known format.
public enum MatrixReader {
  /// Reads a .npy file, or else comma- or tab-separated text; "-" is standard input.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func read(_ path: String) throws(FileError) -> Table {
    let bytes = try Bytes(path: path)
    let name = path == "-" ? "standard input" : path
    guard isNPY(bytes, path) else {
      return try CSV.read(bytes, path: name, separator: nil)
    }
    return Table(matrix: try NPY.read(bytes, path: name), rowLabels: nil, columnNames: nil)
  }

  private static func isNPY(_ bytes: Bytes, _ path: String) -> Bool {
    path.hasSuffix(".npy") || bytes.prefix(6) == [0x93] + Array("NUMPY".utf8)
  }

  /// Reads class labels: whole numbers, one a row.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func readLabels(_ path: String) throws(FileError) -> [Int64] {
    try readLabelledLabels(path).labels
  }

  /// Reads class labels, and what their rows are called where the file says it.
  ///
  /// - Throws: as `readLabels(_:)`.
  public static func readLabelledLabels(
    _ path: String
  ) throws(FileError) -> (labels: [Int64], rowLabels: [String]?) {
    // A pipe gives its bytes only once.
    let bytes = try Bytes(path: path)
    let name = path == "-" ? "standard input" : path
    guard !isNPY(bytes, path) else {
      return (try NPY.labels(of: NPY.read(bytes, path: name), path: name), nil)
    }
    let table = try CSV.read(bytes, path: name, separator: nil)
    let matrix = table.matrix
    guard matrix.columns == 1 else {
      throw .malformed(
        path: name, place: "", reason: "labels are one column, not \(matrix.columns)")
    }
    var labels: [Int64] = []
    for row in 0..<matrix.rows {
      guard let label = Int64(exactly: matrix.value(row: row, column: 0)) else {
        throw .malformed(
          path: name, place: "row \(row + 1)",
          reason: "\(matrix.value(row: row, column: 0)) is not a whole number")
      }
      labels.append(label)
    }
    return (labels, table.rowLabels)
  }
}
