internal import ArgumentParser

/// `kullback cross-entropy LABELS MODEL`: its arguments.
///
/// The work is in `CrossEntropyRun`.
struct CrossEntropyCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "cross-entropy",
    abstract: "The cross entropy of class labels and the rows of a file of distributions.",
    discussion: """
      LABELS holds one class for every row of MODEL, counted from 0. Label smoothing, the ignored label \
      and class weights combine as in PyTorch's cross_entropy; an ignored row scores 0.

      Where two files have labels of rows, or names of classes, they are matched by them, in MODEL's order; \
      other names are an error, and --by-position compares what stands at the same place.

      Example:
        kullback cross-entropy labels.npy logits.npy --label-smoothing 0.1
      """)

  @Argument(help: "One class a row, whole numbers: \(Formats.ofInputs).", completion: .file())
  var labels: InputPath

  @Argument(
    help: "The file of distributions: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var model: InputPath

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @OptionGroup var selection: RowSelection

  @OptionGroup var base: BaseOption

  @OptionGroup var groups: GroupOptions

  @Option(
    help: ArgumentHelp(
      "The share of mass that is spread evenly over all classes, from 0 to 1.", valueName: "share"))
  var labelSmoothing: Double = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Rows with this label are left out.", valueName: "label"))
  var ignoreIndex: Int?

  @Option(
    help: ArgumentHelp("A file of one weight a class: \(Formats.ofInputs).", valueName: "file"),
    completion: .file())
  var classWeights: InputPath?

  @Option(
    help: RowOutput.help, completion: RowOutput.completion, transform: RowOutput.init(parsing:))
  var output: RowOutput?

  @Flag(help: "Print every column of the table, however wide it gets.")
  var wide = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [set.form])
    guard (0...1).contains(labelSmoothing) else {
      throw ValidationError("--label-smoothing must be a number from 0 to 1")
    }
    let inputs = [labels, model] + [classWeights, groups.groups].compactMap(\.self)
    guard inputs.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }

  func run() throws {
    try CrossEntropyRun(command: self).run()
  }
}
