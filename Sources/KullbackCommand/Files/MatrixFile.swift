internal import Kullback
internal import KullbackFiles

/// The .npy file that a matrix goes to, rows after rows.
///
/// It stands under its name only when it is whole.
final class MatrixFile {
  private let writer: NPYWriter

  init(_ output: OutputFile, rows: Int, columns: Int, kind: ElementKind) throws(Failure) {
    writer = try Failure.ofFile { () throws(FileError) in
      let writer = try NPYWriter(path: output.path, rows: rows, columns: columns, kind: kind)
      return writer
    }
  }

  /// Writes further rows.
  func append(_ matrix: AnyMatrix) throws(Failure) {
    do { try writer.append(matrix) } catch { throw Failure(error) }
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
