/// What writes a file that gets its name when it is whole.
public protocol FileWriter {
  /// Where the unfinished file stands; nil for pipes and devices.
  var temporaryPath: String? { get }

  /// Gives the file its name.
  ///
  /// - Throws: `FileError.failed`.
  func finish() throws(FileError)

  /// Removes what has been written.
  func discard()
}
