internal import ArgumentParser

/// `kullback info`: its arguments.
///
/// The work is in `InfoRun`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show the processor, the instruction set and OpenBLAS, and measure their rates.",
    discussion: """
      Example:
        kullback info --json
      """)

  @Flag(help: "Print JSON instead of lines.")
  var json = false

  func run() throws {
    try InfoRun(command: self).run()
  }
}
