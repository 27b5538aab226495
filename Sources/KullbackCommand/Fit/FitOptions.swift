internal import ArgumentParser

/// How a fit, or a model, runs and what it says.
struct FitOptions: ParsableArguments {
  @Flag(help: "Print the results as JSON instead of a report.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Threads to use (default: the processors this process may run on).", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print nothing but errors (and JSON, if asked for).")
  var quiet = false

  func validate() throws {
    try RunOptions.check(threads: threads)
  }
}

extension FitOptions: TellingOptions {}
