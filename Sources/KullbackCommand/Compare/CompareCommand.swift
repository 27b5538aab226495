internal import ArgumentParser
internal import Kullback

/// `kullback compare TARGET MODEL ...`: its arguments.
///
/// The work is in `CompareRun`.
struct CompareCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Which of several models is nearest to a target, and what cannot be told apart.",
    discussion: """
      Row i of every MODEL is compared with row i of TARGET, and the models with each other over the same rows: \
      for each measure a table with the nearest model first, the difference of each one's mean to the best with its \
      standard error, which is that of the row-by-row differences, and the share of rows in which it is nearer than \
      the best. ≈ marks what cannot be told from the best: a difference of less than 1.96 errors. Rows of text \
      depend on each other: --block or --groups gives errors that do not suppose otherwise.

      TARGET may be what llama.cpp's perplexity tool saves with --kl-divergence-base: divergences are lower bounds then, \
      and perplexities are those of the tokens that follow.

      Rows that are not valid in the target or in any model count for none. JSON has the differences of all pairs.

      Examples:
        kullback compare original.npy q8.npy q6.npy q4.npy --block 512
        kullback compare original.npy q8.npy q4.npy --measures forward-kl,top-agreement --labels next-tokens.npy
      """)

  @Argument(help: "The file of the distributions that are to be approximated.", completion: .file())
  var target: InputPath

  @Argument(help: "Two files or more that approximate them.", completion: .file())
  var models: [InputPath]

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @Option(help: ArgumentHelp("The form of TARGET (default: --form's).", valueName: "form"))
  var targetForm: Form?

  @Option(help: ArgumentHelp("The form of all MODELs (default: --form's).", valueName: "form"))
  var modelForm: Form?

  @Option(
    help: ArgumentHelp(
      "What to compare by, separated by commas (default: forward-kl).", valueName: "names"),
    completion: .list(MeasureList.names), transform: MeasureList.init(parsing:))
  var measures: MeasureList = .forwardKL

  @OptionGroup var base: BaseOption

  @OptionGroup var labels: LabelOptions

  @OptionGroup var groups: GroupOptions

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [targetForm ?? set.form, modelForm ?? set.form])
    guard models.count > 1 else {
      throw ValidationError("compare takes a target and two models or more; evaluate takes one")
    }
    guard Set(models.map(\.text)).count == models.count else {
      throw ValidationError("a model is named twice")
    }
    let inputs = [target] + models + [labels.file, groups.groups].compactMap(\.self)
    guard inputs.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("only one of the inputs can be standard input")
    }
    for measure in measures.measures where [.targetEntropy, .modelEntropy].contains(measure) {
      throw ValidationError("\(measure.name) does not say how near a model is to the target")
    }
  }

  func run() throws {
    try CompareRun(command: self).run()
  }
}
