internal import ArgumentParser
internal import Kullback

/// `kullback evaluate TARGET MODEL`: its arguments.
///
/// The work is in `EvaluateRun`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare the rows of two files of distributions, one by one.",
    discussion: """
      Row i of TARGET, the distribution p, is compared with row i of MODEL, the distribution q. Forward \
      KL is D(target‖model), reverse KL is D(model‖target). A file of a single row is compared with \
      every row of the other. Files are \(Formats.ofInputs), also compressed with gzip; - is standard input, as CSV.
      Of several arrays in a file one is named behind a colon: model.safetensors:lm_head.weight.

      Where both files name their columns, columns are compared by name, and rows likewise by their labels: \
      MODEL is put in TARGET's order, which the report says, and other names are an error. --by-position \
      compares what stands at the same place.

      Examples:
        kullback evaluate original.npy quantised.npy
        kullback evaluate counts.csv probabilities.npy --target-form weights --model-form \
      probabilities
        kullback evaluate p.npy q.npy --measures forward-kl,jensen-shannon --base 2 --output rows.csv

      Measures: \(MeasureList.names.joined(separator: ", ")); \
      and for every order, which stands after the colon, \
      \(MeasureList.families.joined(separator: ", ")), for example renyi:0.5 or renyi:inf.
      """)

  @Argument(help: "The file of the distributions that are to be approximated.", completion: .file())
  var target: InputPath

  @Argument(help: "The file of the distributions that approximate them.", completion: .file())
  var model: InputPath

  @OptionGroup var set: SetOptions

  @OptionGroup var match: MatchOption

  @Option(help: ArgumentHelp("The form of TARGET (default: --form's).", valueName: "form"))
  var targetForm: Form?

  @Option(help: ArgumentHelp("The form of MODEL (default: --form's).", valueName: "form"))
  var modelForm: Form?

  @Option(
    help: ArgumentHelp(
      "What to compute, separated by commas (default: all that one reading gives).",
      valueName: "names"), completion: .list(MeasureList.names),
    transform: MeasureList.init(parsing:))
  var measures: MeasureList = .oneRead

  @OptionGroup var base: BaseOption

  @Option(
    help: ArgumentHelp(
      "Write every row's values: .npy (float64, rows x measures) or .csv (with a header).",
      valueName: "file"), completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [targetForm ?? set.form, modelForm ?? set.form])
    guard target != "-" || model != "-" else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }

  func run() throws {
    try EvaluateRun(command: self).run()
  }
}
