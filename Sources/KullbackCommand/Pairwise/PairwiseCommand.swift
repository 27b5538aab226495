internal import ArgumentParser
internal import Kullback

/// `kullback pairwise TARGETS [MODELS]`: its arguments.
///
/// The work is in `PairwiseRun`.
struct PairwiseCommand: ParsableCommand, ReadsPairs {
  static let configuration = CommandConfiguration(
    commandName: "pairwise",
    abstract:
      "Compare every row of a file of distributions with every row of another, or of itself.",
    discussion: """
      The result is a matrix: a row for every row of TARGETS, the distribution p, and a column for every row \
      of MODELS, the distribution q. Without MODELS, TARGETS is compared with itself. Rows are called by a \
      .csv's column of labels, by --labels, or by their number, counted from 0.

      --rows takes rows of TARGETS; of a set that is compared with itself, as rows and as columns. (To compare \
      some rows with all, give the file twice.)

      Where both files name their columns, columns are compared by name: those of MODELS are put in the order of \
      TARGETS, which the report says, and other names are an error; --by-position compares what stands at the \
      same place.

      --order puts similar rows side by side: by average-linkage clustering of the measure over each file's \
      own rows. It orders the heat map, the printed matrix and a .csv; a .npy has no labels and keeps the \
      order of the files.

      --memory decides how products of matrices are cut, and with that the last digits of values, within the \
      accuracy that is promised. The same --memory gives the same bits, on any number of threads.

      Examples:
        kullback pairwise letters.csv --form weights --base 2
        kullback pairwise p.npy q.npy --measure hellinger --output d.npy
        kullback pairwise letters.csv --form weights --heatmap letters.svg --order
        kullback pairwise p.npy --labels names.txt --type float32 --output d.csv

      Measures: \(MeasureList.names.joined(separator: ", ")); and for every order \
      \(MeasureList.families.joined(separator: ", ")), for example renyi:0.5.
      """)

  @Argument(
    help: "The file of the distributions p: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var targets: InputPath

  @Argument(help: "The file of the distributions q (default: TARGETS).", completion: .file())
  var models: InputPath?

  @OptionGroup var measure: MeasureOption

  @OptionGroup var base: BaseOption

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var pairs: PairwiseOptions

  @OptionGroup var match: MatchOption

  @OptionGroup var memory: MemoryOption

  @Option(
    help: ArgumentHelp(
      "Write the matrix: .npy (targets x models), or .csv with the rows' labels or numbers.",
      valueName: "file"), completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Option(help: ArgumentHelp("What values are written as.", valueName: "type"))
  var type: ElementType = .float64

  @Option(
    help: ArgumentHelp("Draw the matrix: \(Formats.ofPictures).", valueName: "file"),
    completion: PictureFile.completion, transform: PictureFile.init(parsing:))
  var heatmap: PictureFile?

  @Flag(help: "Put similar rows side by side.")
  var order = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    try pairs.validate(first: targets, second: models, set, match)
    guard !order || measure.named.measure.isDivergence else {
      throw ValidationError("--order goes by a divergence, which \(measure.named) is not")
    }
  }

  func run() throws {
    try PairwiseRun(command: self).run()
  }
}
