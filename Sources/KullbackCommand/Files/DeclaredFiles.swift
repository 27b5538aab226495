internal import ArgumentParser
internal import KullbackFiles
internal import KullbackSystem

/// The files that a command line names, found by the types of its arguments: an option of a subcommand is among them
/// by being declared.
struct DeclaredFiles {
  private(set) var inputs: [InputPath] = []
  private(set) var outputs: [String] = []

  /// The files of a command whose arguments have been parsed.
  init(of command: any ParsableCommand) {
    collect(command)
  }

  private mutating func collect(_ value: Any) {
    switch value {
    case let input as InputPath: inputs.append(input)
    case let output as any DeclaredOutput: outputs.append(output.path)
    default: for child in Mirror(reflecting: value).children { collect(child.value) }
    }
  }

  /// Every file that is read, but for standard input.
  var inputFiles: [String] { inputs.filter { $0 != "-" }.flatMap(Self.files) }

  /// The files that an input stands for, as a folder, a pattern or an index.
  private static func files(of input: InputPath) -> [String] {
    let paths = (try? InputFiles.named(by: input)) ?? [input]
    return paths.map { ArrayPath($0.text).file }.flatMap { [$0] + SafetensorsIndex.files(of: $0) }
  }

  /// Refuses an output whose name is that of something that must not be replaced: an input, another output, or what
  /// is no file.
  func check() throws(Failure) {
    // None is looked for where nothing is written.
    let places =
      outputs.isEmpty
      ? []
      : inputs.map { input in
        (
          input,
          input == "-"
            ? [FilePlace(descriptor: STDIN_FILENO)].compactMap(\.self)
            : Self.files(of: input).compactMap { FilePlace($0) }
        )
      }
    for (index, output) in outputs.enumerated() {
      try checkPresent(output)
      guard let place = FilePlace(output) else { continue }
      for other in outputs[..<index] where FilePlace(other) == place {
        throw Failure(.usage, "\(output): two outputs need two files")
      }
      guard !OutputFile.isWrittenThrough(output) else { continue }
      for (input, places) in places where places.contains(place) {
        throw Failure(.usage, "\(output): the output would replace the input \(input.name)")
      }
    }
  }

  /// Refuses a name that no file can have, or under which there is something else.
  private func checkPresent(_ path: String) throws(Failure) {
    guard let present = FilePlace.status(path) else {
      guard errno == ENAMETOOLONG else { return }
      throw Failure(.cannotCreate, "\(path): \(StandardStreams.explanation(of: ENAMETOOLONG))")
    }
    guard OutputFile.isWrittenThrough(path) || present.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.cannotCreate, "\(path): there is something of this name that is not a file")
    }
  }
}
