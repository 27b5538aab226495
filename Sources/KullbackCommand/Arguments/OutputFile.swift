internal import ArgumentParser

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

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
      throw ValidationError("an output ends in .npy or .csv")
    }
    self = output
  }

  /// What a shell completes the name with.
  static let completion = CompletionKind.file(extensions: ["npy", "csv"])

  /// Refuses a name whose present bearer must not be replaced: an input, under whatever name, or
  /// something that is no file.
  func check(against inputs: [InputFile]) throws(Failure) {
    try OutputFile.check(path, against: inputs)
  }

  static func check(_ path: String, against inputs: [InputFile]) throws(Failure) {
    guard let present = status(path) else { return }
    guard present.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.cannotCreate, "\(path): there is something of this name that is not a file")
    }
    for input in inputs where input.path != "-" {
      guard let other = status(input.path) else { continue }
      if other.st_dev == present.st_dev, other.st_ino == present.st_ino {
        throw Failure(.usage, "\(path): the output would replace the input \(input.path)")
      }
    }
  }

  /// What stands under a name, if anything does.
  private static func status(_ path: String) -> stat? {
    var result = stat()
    // SAFETY: the path is a C string for the call, which fills in the status that it is given.
    return unsafe stat(path, &result) == 0 ? result : nil
  }
}
