internal import KullbackFiles

/// A file of text that stands under its name only when it is whole.
final class TextFile {
  private let writer: TextWriter
  private let output: Signals.Output

  /// Starts a file, so that a name that cannot be written is refused before anything is computed.
  init(_ path: String, as output: Signals.Output) throws(Failure) {
    self.output = output
    writer = try Signals.starting(output) { () throws(FileError) in
      let writer = try TextWriter(path: path)
      return (writer, writer.temporaryPath)
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
    Signals.setUnfinished(nil, output)
  }

  /// Removes what has been written.
  func discard() {
    writer.discard()
    Signals.setUnfinished(nil, output)
  }
}
