internal import Kullback
internal import KullbackFiles

/// A file of results, .npy or .csv, that is written row after row.
///
/// It stands under its name only when it is whole; until then an interruption removes it.
final class OutputWriter {
  /// What writes the file.
  enum Format {
    case npy(NPYWriter)
    case csv(CSVWriter)
  }

  let format: Format

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - file: where.
  ///   - rows: rows of a .npy.
  ///   - columns: columns of a .npy.
  ///   - kind: elements of a .npy.
  ///   - width: columns of a .csv; its header is written as the first row.
  init(
    _ file: OutputFile, rows: Int, columns: Int, kind: ElementKind, width: Int
  ) throws(Failure) {
    format = try Failure.ofFile { () throws(FileError) in
      switch file.format {
      case .npy:
        let npy = try NPYWriter(path: file.path, rows: rows, columns: columns, kind: kind)
        return Format.npy(npy)
      case .csv:
        let csv = try CSVWriter(path: file.path, width: width)
        return Format.csv(csv)
      }
    }
  }

  /// Writes with what writes the format.
  func write(_ body: (Format) throws(FileError) -> Void) throws(Failure) {
    do { try body(format) } catch { throw Failure(error) }
  }

  /// Gives the file its name.
  func finish() throws(Failure) {
    try write { format throws(FileError) in
      switch format {
      case .npy(let writer): try writer.finish()
      case .csv(let writer): try writer.finish()
      }
    }
  }

  /// Removes what has been written.
  func discard() {
    switch format {
    case .npy(let writer): writer.discard()
    case .csv(let writer): writer.discard()
    }
  }
}
