/// Writes results, a column a quantity, in any of the formats that results of rows are written in.
///
/// A .npy has the numbers alone; .csv, .jsonl, .npz and .safetensors have the columns' names too, and the first three the rows' labels.
public final class TableWriter: FileWriter {
  private enum Format {
    case npy(NPYWriter)
    case csv(CSVWriter)
    case jsonl(JSONLinesWriter)
    case npz(NPZWriter)
    case safetensors(SafetensorsWriter)

    var file: any FileWriter {
      switch self {
      case .npy(let writer): writer
      case .csv(let writer): writer
      case .jsonl(let writer): writer
      case .npz(let writer): writer
      case .safetensors(let writer): writer
      }
    }
  }

  private let format: Format
  private let columns: [String]
  private let labels: [String]?
  private let firstRow: Int
  private var written = 0

  /// Starts a file of `Float64`, whose format its name's ending says; a pipe or a device has .csv.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - rows: how many there will be.
  ///   - columns: what they are called.
  ///   - labels: what rows are called, if they are called something.
  ///   - firstRow: the number of the first row.
  /// - Throws: `FileError.cannotCreate`.
  public init(
    path: String, rows: Int, columns: [String], labels: [String]? = nil, firstRow: Int = 0
  ) throws(FileError) {
    (self.columns, self.labels, self.firstRow) = (columns, labels, firstRow)
    let known = FileFormat.ofRows.first { $0.isThat(of: path) } ?? .csv
    switch known {
    case .npy: format = .npy(try NPYWriter(path: path, rows: rows, columns: columns.count))
    case .jsonl: format = .jsonl(try JSONLinesWriter(path: path, columns: columns))
    case .npz:
      let writer = try NPZWriter(path: path)
      format = .npz(writer)
      try writer.write("columns", words: columns)
      if let labels { try writer.write("labels", words: labels) }
      try writer.begin("values", rows: rows, columns: columns.count)
    case .safetensors:
      format = .safetensors(
        try SafetensorsWriter(
          path: path, rows: rows, columns: columns.count,
          metadata: ["columns": columns.joined(separator: ",")]))
    default:
      format = .csv(
        try CSVWriter(path: path, columns: (labels == nil ? [] : ["label"]) + columns))
    }
  }

  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { format.file.temporaryPath }

  /// Writes further rows, given as columns of the same length.
  ///
  /// - Throws: `FileError.failed`.
  public func append(columns: [[Double]]) throws(FileError) {
    let rows = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == rows }, "columns of different lengths")
    func inRows() -> [Double] {
      var values: [Double] = []
      values.reserveCapacity(rows * columns.count)
      for row in 0..<rows { for column in columns { values.append(column[row]) } }
      return values
    }
    switch format {
    case .npy(let writer): try writer.append(inRows())
    case .npz(let writer): try writer.append(inRows())
    case .safetensors(let writer): try writer.append(inRows())
    case .csv(let writer):
      for row in 0..<rows {
        let values = columns.map { $0[row] }
        if let labels {
          try writer.append([labels[written + row]], values)
        } else {
          try writer.append(values)
        }
      }
    case .jsonl(let writer):
      for row in 0..<rows {
        try writer.append(
          firstRow + written + row, labels?[written + row], columns.map { $0[row] })
      }
    }
    written += rows
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
