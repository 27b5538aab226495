internal import ArgumentParser
internal import KullbackFiles
internal import KullbackSystem

/// Where results go: a file whose ending says which format is meant.
struct OutputFile: Equatable {
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

  /// Refuses a name whose present bearer must not be replaced: an input, under whatever name, or
  /// something that is no file.
  func check(against inputs: [InputFile]) throws(Failure) {
    try OutputFile.check(path, against: inputs)
  }

  static func check(_ path: String, against inputs: [InputFile]) throws(Failure) {
    try check(path, against: inputs.map(\.path))
  }

  /// Refuses a name whose present bearer is one of the named inputs, or no file.
  static func check(_ path: String, against inputs: [String?]) throws(Failure) {
    guard let present = status(path) else {
      guard errno == ENAMETOOLONG else { return }
      throw Failure(.cannotCreate, "\(path): \(StandardStreams.explanation(of: ENAMETOOLONG))")
    }
    guard !isWrittenThrough(path) else { return }
    guard present.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.cannotCreate, "\(path): there is something of this name that is not a file")
    }
    for case let input? in inputs where input != "-" {
      guard let other = status(ArrayPath(input).file) else { continue }
      if other.st_dev == present.st_dev, other.st_ino == present.st_ino {
        throw Failure(.usage, "\(path): the output would replace the input \(input)")
      }
    }
  }

  /// Whether a name is that of a pipe or a device, to which an output is written as it comes.
  static func isWrittenThrough(_ path: String) -> Bool {
    if ["/dev/stdout", "/dev/stderr"].contains(path) || path.hasPrefix("/dev/fd/") { return true }
    guard let present = status(path) else { return false }
    return [S_IFIFO, S_IFCHR, S_IFSOCK].contains(present.st_mode & S_IFMT)
  }

  /// Refuses the name of another output: the one written last would be all that is left.
  static func check(_ path: String, isNot other: String) throws(Failure) {
    if place(path) == place(other) {
      throw Failure(.usage, "\(path): two outputs need two files")
    }
  }

  /// A name that tells files apart: the device and number of the one there, or of its folder.
  private static func place(_ path: String) -> [String] {
    if let present = status(path) { return ["\(present.st_dev)", "\(present.st_ino)"] }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let folder = path.dropLast(name.count)
    guard let parent = status(folder.isEmpty ? "." : String(folder)) else { return [path] }
    return ["\(parent.st_dev)", "\(parent.st_ino)", name]
  }

  /// What stands under a name, if anything does.
  private static func status(_ path: String) -> stat? {
    var result = stat()
    // SAFETY: the path is a C string for the call, which fills in the status that it is given.
    return unsafe stat(path, &result) == 0 ? result : nil
  }
}
