/// Writes a file of text, a picture in SVG say.
///
/// The file gets its name when `finish()` has been called.
public final class TextWriter: FileWriter {
  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile

  /// Starts a file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  /// Writes further text.
  ///
  /// - Throws: `FileError.failed`.
  public func append(_ text: String) throws(FileError) {
    try file.write(Array(text.utf8))
  }

  /// Gives the file its name.
  ///
  /// - Throws: `FileError.failed`.
  public func finish() throws(FileError) {
    try file.commit()
  }

  /// Removes what has been written.
  public func discard() {
    file.discard()
  }
}
