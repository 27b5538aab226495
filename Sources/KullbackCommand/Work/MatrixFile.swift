internal import Kullback
internal import KullbackFiles

/// The .npy file that a matrix goes to, rows after rows.
///
/// It stands under its name only when it is whole.
final class MatrixFile {
  private let writer: NPYWriter

  init(_ output: OutputFile, rows: Int, columns: Int, kind: ElementKind) throws(Failure) {
    writer = try Signals.starting { () throws(FileError) in
      let writer = try NPYWriter(path: output.path, rows: rows, columns: columns, kind: kind)
      return (writer, writer.temporaryPath)
    }
  }

  /// Writes further rows.
  func append(_ matrix: AnyMatrix) throws(Failure) {
    do { try writer.append(matrix) } catch { throw Failure(error) }
  }

  /// Gives the file its name.
  func finish() throws(Failure) {
    do { try writer.finish() } catch { throw Failure(error) }
    Signals.setUnfinished(nil)
  }

  /// Removes what has been written.
  func discard() {
    writer.discard()
    Signals.setUnfinished(nil)
  }
}
