internal import ArgumentParser
internal import KullbackFiles
internal import KullbackSystem

/// Where results go: a file whose ending says which format is meant.
struct OutputFile: DeclaredOutput, Equatable {
  /// What an output may be written as.
  enum Format {
    case npy, csv
  }

  let path: String
  let format: Format

  init?(argument: String) {
    let lowercased = argument.lowercased()
    if lowercased.hasSuffix(".npy") {
      format = .npy
    } else if lowercased.hasSuffix(".csv") {
      format = .csv
    } else if OutputFile.isWrittenThrough(argument) {
      format = .csv
    } else {
      return nil
    }
    path = argument
  }

  /// The output that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that says what names end in.
  init(parsing text: String) throws {
    guard let output = OutputFile(argument: text) else {
      throw ValidationError("an output ends in \(Formats.ofResults), or is a pipe or a device")
    }
    self = output
  }

  /// What a shell completes the name with.
  static let completion = CompletionKind.file(extensions: FileFormat.ofResults.map(\.ending))

  /// Whether a name is that of a pipe or a device, to which an output is written as it comes.
  static func isWrittenThrough(_ path: String) -> Bool {
    if ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/") { return true }
    guard let present = FilePlace.status(path) else { return false }
    return [S_IFIFO, S_IFCHR, S_IFSOCK].contains(present.st_mode & S_IFMT)
  }
}
