internal import ArgumentParser

/// `--memory`.
struct MemoryOption: ParsableArguments {
  @Option(
    name: .customLong("memory"),
    help: ArgumentHelp(
      "Working memory, at least 1M: 256M, 2G (default: 256M).", valueName: "size"),
    transform: MemoryOption.parse)
  var limit: ByteCount?

  private static func parse(_ text: String) throws -> ByteCount {
    guard let size = ByteCount(argument: text) else {
      throw ValidationError("memory is written 256M or 2G, and at least 1M")
    }
    return size
  }
}
