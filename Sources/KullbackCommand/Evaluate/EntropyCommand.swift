internal import ArgumentParser

/// `kullback entropy FILE`: its arguments.
///
/// The work is in `EntropyRun`.
struct EntropyCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "entropy",
    abstract: "The Shannon entropy of every row of a file of distributions.",
    discussion: """
      Example:
        kullback entropy logits.npy --base 2 --output entropies.npy
      """)

  @Argument(
    help: "The file of distributions: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var file: InputPath

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var selection: RowSelection

  @OptionGroup var base: BaseOption

  @OptionGroup var groups: GroupOptions

  @Option(
    help: RowOutput.help, completion: RowOutput.completion, transform: RowOutput.init(parsing:))
  var output: RowOutput?

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [set.form])
    guard file != "-" || groups.groups != "-" else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }

  func run() throws {
    try EntropyRun(command: self).run()
  }
}
