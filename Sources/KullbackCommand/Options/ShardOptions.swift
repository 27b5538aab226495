internal import ArgumentParser

/// `--shard` and `--partial`: work that several machines share.
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

  /// The rows that are this part of them.
  func rows(of all: Range<Int>) -> Range<Int> { shard?.rows(of: all) ?? all }
}
