/// Writes results, a column a quantity, to a .npy or .csv file.
public final class TableWriter: FileWriter {
  private enum Format {
    case npy(NPYWriter)
    case csv(CSVWriter)

    var file: any FileWriter {
      switch self {
      case .npy(let writer): writer
      case .csv(let writer): writer
      }
    }
  }

  private let format: Format

  /// Starts a .npy file of `Float64`.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(npy path: String, rows: Int, columns: Int) throws(FileError) {
    format = .npy(try NPYWriter(path: path, rows: rows, columns: columns))
  }

  /// Starts a .csv file with a header.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(csv path: String, columns: [String]) throws(FileError) {
    format = .csv(try CSVWriter(path: path, columns: columns))
  }

  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { format.file.temporaryPath }

  /// Writes further rows, given as columns of the same length.
  ///
  /// - Throws: `FileError.failed`.
  public func append(columns: [[Double]]) throws(FileError) {
    let rows = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == rows }, "columns of different lengths")
    switch format {
    case .npy(let writer):
      var values: [Double] = []
      values.reserveCapacity(rows * columns.count)
      for row in 0..<rows { for column in columns { values.append(column[row]) } }
      try writer.append(values)
    case .csv(let writer):
      for row in 0..<rows { try writer.append(columns.map { $0[row] }) }
    }
  }

  /// Gives the file its name.
  ///
  /// - Throws: `FileError.failed`.
  public func finish() throws(FileError) {
    try format.file.finish()
  }

  /// Removes what has been written.
  public func discard() {
    format.file.discard()
  }
}
