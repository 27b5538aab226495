internal import Kullback
internal import KullbackFiles

/// Writes numbers row after row as .npy or, where names go with them, as .csv.
enum NumberWriter {
  case npy(NPYWriter)
  case csv(CSVWriter)

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - output: where.
  ///   - rows: rows of a .npy.
  ///   - columns: columns of a .npy.
  ///   - kind: elements of a .npy.
  ///   - width: columns of a .csv; its header is written as the first row.
  init(
    _ output: OutputFile, rows: Int, columns: Int, kind: ElementKind, width: Int
  ) throws(FileError) {
    switch output.format {
    case .npy:
      self = .npy(try NPYWriter(path: output.path, rows: rows, columns: columns, kind: kind))
    case .csv: self = .csv(try CSVWriter(path: output.path, width: width))
    }
  }
}

extension NumberWriter: FileWriter {
  private var file: any FileWriter {
    switch self {
    case .npy(let writer): writer
    case .csv(let writer): writer
    }
  }

  var temporaryPath: String? { file.temporaryPath }

  func finish() throws(FileError) { try file.finish() }

  func discard() { file.discard() }
}
