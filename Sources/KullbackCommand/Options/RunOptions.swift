internal import ArgumentParser

/// How a command runs and what it says.
struct RunOptions: ParsableArguments {
  @Flag(help: "Print the results as JSON instead of tables.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Threads to use (default: the processors this process may run on, or fewer: see README).",
      valueName: "count"))
  var threads: Int?

  @Flag(help: "End with exit code 0 even if rows were invalid.")
  var allowInvalid = false

  @Flag(help: "Print nothing but errors (and JSON, if asked for).")
  var quiet = false

  func validate() throws {
    try Self.check(threads: threads)
  }

  /// Refuses a number of threads that none can want.
  static func check(threads: Int?) throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be a whole number from 1 to 1024")
    }
  }
}
