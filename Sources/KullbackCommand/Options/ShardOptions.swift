internal import ArgumentParser

/// `--shard` and `--partial`, for work that several machines share, and `--resume`, for work that takes long.
struct ShardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only the third of sixteen parts of the rows, say.", valueName: "3/16"),
    transform: Shard.init(parsing:))
  var shard: Shard?

  @Option(
    help: ArgumentHelp(
      "Write what was found as JSON, which kullback merge adds up with that of the other parts.",
      valueName: "output"), completion: .file(extensions: ["json"]))
  var partial: OutputPath?

  @Option(
    help: ArgumentHelp(
      "Keep what was found in this file every few seconds; the same command line, given again after an interruption, goes on from there. The file goes when all is done.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var resume: OutputPath?

  /// Whether all rows are evaluated in one go.
  var isNone: Bool { shard == nil && !isWritten }

  /// Whether what was found is written, so that few values are held for quantiles.
  var isWritten: Bool { partial != nil || resume != nil }

  /// The rows that are this part of them.
  func rows(of all: Range<Int>) -> Range<Int> { shard?.rows(of: all) ?? all }
}
