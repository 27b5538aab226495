internal import KullbackFiles

/// A file of text that stands under its name only when it is whole.
final class TextFile {
  private let writer: TextWriter

  /// Starts a file, so that a name that cannot be written is refused before anything is computed.
  init(_ path: String) throws(Failure) {
    writer = try Failure.ofFile { () throws(FileError) in
      let writer = try TextWriter(path: path)
      return writer
    }
  }

  /// Writes the whole text and gives the file its name.
  func finish(_ text: String) throws(Failure) {
    do {
      try writer.append(text)
      try writer.finish()
    } catch {
      throw Failure(error)
    }
  }

  /// Removes what has been written.
  func discard() {
    writer.discard()
  }
}
