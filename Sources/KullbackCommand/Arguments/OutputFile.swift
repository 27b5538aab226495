internal import ArgumentParser

/// Where results go: a file whose ending says which format is meant.
struct OutputFile: ExpressibleByArgument, Equatable {
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

  static var defaultCompletionKind: CompletionKind { .file(extensions: ["npy", "csv"]) }
}
