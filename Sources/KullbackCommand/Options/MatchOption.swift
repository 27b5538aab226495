internal import ArgumentParser

/// `--by-position`.
struct MatchOption: ParsableArguments {
  @Flag(
    name: .customLong("by-position"),
    help: ArgumentHelp(
      "Take columns and rows in the order in which they stand, whatever they are called (else, where both inputs have names, by name)."
    ))
  var isByPosition = false
}
