/// Writes a picture as a PNG file.
///
/// The file gets its name when `finish()` has been called.
public final class PNGWriter: FileWriter {
  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile

  /// Starts a file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  /// Writes the picture.
  ///
  /// - Throws: `FileError.failed`.
  public func write(_ picture: IndexedPicture) throws(FileError) {
    try file.write(PNG.encoded(picture))
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
