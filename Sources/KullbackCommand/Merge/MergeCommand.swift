internal import ArgumentParser

/// `kullback merge PART ...`: its arguments.
///
/// The work is in `MergeRun`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Add up what several runs of evaluate found of parts of the rows.",
    discussion: """
      Each PART is what evaluate --partial wrote, of all parts of the same inputs, in any order. The report is that of one run \
      over all rows: counts, means, variances and extremes are the same; quantiles of more than 100,000 rows a part \
      have a relative error of up to 0.05 %.

      Example, each line on a machine of its own:
        kullback evaluate p.npy q.npy --shard 1/2 --partial 1.json
        kullback evaluate p.npy q.npy --shard 2/2 --partial 2.json
      and then
        kullback merge 1.json 2.json
      """)

  @Argument(
    help: "The files that evaluate --partial wrote.", completion: .file(extensions: ["json"]))
  var parts: [InputPath]

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var options: RunOptions

  func run() throws {
    try MergeRun(command: self).run()
  }
}
