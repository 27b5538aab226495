internal import KullbackFiles

/// A file that a command writes, whose errors end the command.
///
/// It is started before anything is computed, so that a name that cannot be written is refused at once. It stands
/// under its name only when it is whole; until then an interruption removes it.
struct Output<Writer: FileWriter> {
  private let writer: Writer

  /// Starts a file.
  init(_ start: @autoclosure () throws(FileError) -> Writer) throws(Failure) {
    do { writer = try start() } catch { throw Failure(error) }
  }

  /// Writes a text whole.
  static func write(_ text: String, to path: String) throws(Failure) where Writer == TextWriter {
    let file = try Output(TextWriter(path: path))
    try file.write { writer throws(FileError) in try writer.append(text) }
    try file.finish()
  }

  /// Writes with what writes the format.
  func write(_ body: (Writer) throws(FileError) -> Void) throws(Failure) {
    do { try body(writer) } catch { throw Failure(error) }
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
