internal import ArgumentParser
internal import Kullback
internal import KullbackFiles

/// `kullback evaluate TARGET MODEL`: its arguments.
///
/// The work is in `EvaluateRun`.
struct EvaluateCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare the rows of two files of distributions, one by one.",
    discussion: """
      Row i of TARGET, the distribution p, is compared with row i of MODEL, the distribution q. Forward \
      KL is D(target‖model), reverse KL is D(model‖target). A file of a single row is compared with \
      every row of the other. Files are \(Formats.ofInputs), also compressed with gzip; - is standard input, as CSV.
      Of several arrays in a file one is named behind a colon: model.safetensors:lm_head.weight. \
      TARGET may be what llama.cpp's perplexity tool saves with --kl-divergence-base.

      Where both files name their columns, columns are compared by name, and rows likewise by their labels: \
      MODEL is put in TARGET's order, which the report says, and other names are an error. --by-position \
      compares what stands at the same place.

      Examples:
        kullback evaluate original.npy quantised.npy
        kullback evaluate counts.csv probabilities.npy --target-form weights --model-form \
      probabilities
        kullback evaluate p.npy q.npy --measures forward-kl,jensen-shannon --base 2 --output rows.csv
        kullback evaluate original.npy quantised.npy --labels next-tokens.npy --block 512

      Measures: \(MeasureList.names.joined(separator: ", ")); \
      and for every order, which stands after the colon, \
      \(MeasureList.families.joined(separator: ", ")), for example renyi:0.5 or renyi:inf.
      """)

  @Argument(help: "The file of the distributions that are to be approximated.", completion: .file())
  var target: InputPath

  @Argument(help: "The file of the distributions that approximate them.", completion: .file())
  var model: InputPath

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

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

  @OptionGroup var selection: RowSelection

  @OptionGroup var base: BaseOption

  @OptionGroup var labels: LabelOptions

  @OptionGroup var groups: GroupOptions

  @Option(
    help: ArgumentHelp(
      "How a base file of llama.cpp is read as TARGET: bounded makes one class of those that it leaves out, a lower bound; exact-tool repeats the tool's own figures.",
      valueName: "reading"))
  var baseFile: BaseFileReading = .bounded

  @Option(
    help: RowOutput.help, completion: RowOutput.completion, transform: RowOutput.init(parsing:))
  var output: RowOutput?

  @Option(
    help: ArgumentHelp(
      "What classes are called, for the worst rows: a text file with a line for each class, or a tokenizer.json. Adds the five largest classes of both sides.",
      valueName: "file"), completion: .file())
  var tokens: InputPath?

  @Flag(
    help:
      "Adds what storing TARGET's logits as float16, bfloat16, FP8 or 16-bit codes costs by itself, from a sample of rows, and how many rows have a forward KL below that."
  )
  var resolution = false

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var sharing: ShardOptions

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [targetForm ?? set.form, modelForm ?? set.form])
    guard [target, model, labels.file, groups.groups, tokens].count(where: { $0 == "-" }) <= 1
    else {
      throw ValidationError("only one of the inputs can be standard input")
    }
    if sharing.partial != nil, tokens != nil || resolution {
      throw ValidationError("--partial has neither --tokens nor --resolution")
    }
    if sharing.resume != nil {
      guard output == nil, !resolution else {
        throw ValidationError(
          "--resume keeps what is found of all rows together: no --output and no --resolution")
      }
      guard !DeclaredFiles(of: self).inputs.contains("-") else {
        throw ValidationError("--resume reads files, which are there again, and not standard input")
      }
    }
    if resolution {
      guard measures.measures.contains(.forwardKL) else {
        throw ValidationError("--resolution is for forward-kl, which is not among the measures")
      }
      guard [.logits, .logProbabilities].contains(targetForm ?? set.form) else {
        throw ValidationError("--resolution is for a TARGET of logits or log-probabilities")
      }
    }
  }

  func run() throws {
    if LlamaBaseFile.isThat(target.text) {
      try EvaluateBaseRun(command: self).run()
    } else {
      try EvaluateRun(command: self).run()
    }
  }
}
