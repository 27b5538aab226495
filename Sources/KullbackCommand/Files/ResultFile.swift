internal import KullbackFiles

/// The file that results of rows go to as they come.
///
/// It stands under its name only when it is whole.
final class ResultFile {
  private let writer: TableWriter

  /// Starts a file of `rows` rows and the named columns.
  init(_ output: OutputFile, columns: [String], rows: Int) throws(Failure) {
    writer = try Failure.ofFile { () throws(FileError) in
      let writer =
        switch output.format {
        case .npy: try TableWriter(npy: output.path, rows: rows, columns: columns.count)
        case .csv: try TableWriter(csv: output.path, columns: columns)
        }
      return writer
    }
  }

  /// Writes further rows, given as columns.
  func append(_ columns: [[Double]]) throws(Failure) {
    do { try writer.append(columns: columns) } catch { throw Failure(error) }
  }

  /// Gives the file its name.
  func finish() throws(Failure) {
    do { try writer.finish() } catch { throw Failure(error) }
  }

  /// Removes what has been written.
  func discard() {
    writer.discard()
  }
}
