internal import KullbackMatrix

/// Reading a matrix from a file of any known format.
public enum MatrixReader {
  /// Reads a .npy file, or else comma- or tab-separated text; "-" is standard input.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func read(_ path: String) throws(FileError) -> Table {
    let bytes = try Bytes(path: path)
    let isText = path.hasSuffix(".csv") || path.hasSuffix(".tsv") || path.hasSuffix(".txt")
    let hasMagic = bytes.prefix(6) == [0x93] + Array("NUMPY".utf8)
    guard hasMagic || (!isText && path.hasSuffix(".npy")) else {
      return try CSV.read(bytes, path: path, separator: nil)
    }
    return Table(matrix: try NPY.read(bytes, path: path), rowLabels: nil, columnNames: nil)
  }

  /// Reads class labels: whole numbers, one a row.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func readLabels(_ path: String) throws(FileError) -> [Int64] {
    if path.hasSuffix(".npy") { return try NPY.readLabels(path) }
    let matrix = try read(path).matrix
    if matrix.kind.isInteger { return try NPY.readLabels(path) }
    guard matrix.columns == 1 else {
      throw .malformed(
        path: path, place: "", reason: "labels are one column, not \(matrix.columns)")
    }
    var labels: [Int64] = []
    for row in 0..<matrix.rows {
      guard let label = Int64(exactly: matrix.value(row: row, column: 0)) else {
        throw .malformed(
          path: path, place: "row \(row + 1)",
          reason: "\(matrix.value(row: row, column: 0)) is not a whole number")
      }
      labels.append(label)
    }
    return labels
  }
}
