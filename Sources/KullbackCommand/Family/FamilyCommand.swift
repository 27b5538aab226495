internal import ArgumentParser
internal import KullbackInference

/// `kullback family NAME TARGET MODEL`: its arguments.
///
/// The work is in `FamilyRun`.
struct FamilyCommand: ParsableCommand, ReadsTables {
  static let configuration = CommandConfiguration(
    commandName: "family",
    abstract: "Divergences in closed form between distributions of a parametric family.",
    usage: "kullback family <family> <target> <model> [<options>]",
    discussion: """
      The forward KL D(p‖q), the reverse KL D(q‖p), both entropies and the cross entropy of each pair, exactly.

      A row of TARGET holds the parameters of a distribution p, the same row of MODEL those of q. A file of a \
      single row is compared with every row of the other, and rows that both files label by their labels.

      Columns are the parameters in the order below, or in any order under a header that names them. A header \
      may also name other parameters, which are converted (by a rounding or two): those behind "or" below. \
      A mean or a deviation is that of the variable itself, and of a log-normal distribution an error. Other names are an error that lists those that are taken; --by-position takes the \
      columns in the order below, whatever they are called.

      Example:
        kullback family normal before.csv after.csv --base 2

      Families and their parameters:
      \(NamedFamily.all.map { "  " + $0.synopsis }.joined(separator: "\n"))
      """)

  @Argument(
    help: "The family: normal, gamma, beta, poisson, ... as listed above.",
    completion: .list(NamedFamily.all.map(\.name)))
  var family: FamilyName

  @Argument(
    help:
      "The file of the targets' parameters: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var target: InputPath

  @Argument(help: "The file of the models' parameters.", completion: .file())
  var model: InputPath

  @OptionGroup var base: BaseOption

  @Option(
    help: RowOutput.help, completion: RowOutput.completion, transform: RowOutput.init(parsing:))
  var output: RowOutput?

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @OptionGroup var options: RunOptions

  func validate() throws {
    guard target != "-" || model != "-" else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }

  func run() throws {
    try FamilyRun(command: self).run()
  }
}
