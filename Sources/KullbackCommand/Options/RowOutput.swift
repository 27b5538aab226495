internal import ArgumentParser
internal import KullbackFiles

/// Where the results of rows go: a file whose ending says which format is meant, a pipe or a device.
struct RowOutput: DeclaredOutput, Equatable {
  let path: String

  /// The output that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that says what names end in.
  init(parsing text: String) throws {
    guard
      FileFormat.ofRows.contains(where: { $0.isThat(of: text) })
        || OutputFile.isWrittenThrough(text)
    else {
      throw ValidationError("an output ends in \(Formats.ofRows), or is a pipe or a device")
    }
    path = text
  }

  /// What a shell completes the name with.
  static let completion = CompletionKind.file(extensions: FileFormat.ofRows.map(\.ending))

  /// What the help says of it.
  static let help = ArgumentHelp(
    "Write every row's values: \(Formats.ofRows); with names of columns, and labels of rows, in all but .npy.",
    valueName: "file")
}
