internal import ArgumentParser

/// `kullback nearest QUERIES [SET]`: its arguments.
///
/// The work is in `NearestRun`.
struct NearestCommand: ParsableCommand, ReadsPairs {
  static let configuration = CommandConfiguration(
    commandName: "nearest",
    abstract: "Find the rows of a file of distributions that are nearest to those of another.",
    discussion: """
      For every row of QUERIES, the distribution p, the rows q of SET with the smallest values of the measure; \
      equal ones in the order of SET. Without SET, QUERIES is searched itself, and no row is its own neighbour. \
      With --within, all rows whose value is no more than that.

      Where both files name their columns, columns are compared by name: those of SET are put in the order of \
      QUERIES, which the report says, and other names are an error; --by-position compares what stands at the \
      same place.

      --rows takes rows of QUERIES; of a set that is searched itself, also of that. --output writes a line for \
      every neighbour: a .csv with query, query-label, rank, row, row-label and value; a .npy with query, row \
      and value, as float64.

      --memory decides how products of matrices are cut, and with that the last digits of values, within the \
      accuracy that is promised. The same --memory gives the same bits, on any number of threads.

      Examples:
        kullback nearest letters.csv --form weights -k 3
        kullback nearest new.npy known.npy --measure hellinger --output nearest.csv
        kullback nearest p.npy --measure jensen-shannon --within 0.01 --base 2

      Measures: \(MeasureList.names.joined(separator: ", ")); and for every order \
      \(MeasureList.families.joined(separator: ", ")), for example renyi:0.5.
      """)

  @Argument(
    help: "The file of the distributions p: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var queries: InputPath

  @Argument(
    help: ArgumentHelp("The file that is searched (default: QUERIES).", valueName: "set"),
    completion: .file())
  var searched: InputPath?

  @Option(
    name: .short, help: ArgumentHelp("How many neighbours (default: 10).", valueName: "count"))
  var k: Int?

  @Option(
    help: ArgumentHelp(
      "All neighbours up to this value, in the unit of --base, instead of -k.", valueName: "value"))
  var within: Double?

  @OptionGroup var measure: MeasureOption

  @OptionGroup var base: BaseOption

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var pairs: PairwiseOptions

  @OptionGroup var match: MatchOption

  @OptionGroup var memory: MemoryOption

  @Option(
    help: ArgumentHelp("Write all neighbours: \(Formats.ofResults).", valueName: "file"),
    completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @OptionGroup var options: RunOptions

  func validate() throws {
    try pairs.validate(first: queries, second: searched, set, match)
    guard k == nil || within == nil else {
      throw ValidationError("-k and --within exclude each other")
    }
    if let k {
      guard k >= 1 else { throw ValidationError("-k must be a whole number, 1 or above") }
    }
    if let within {
      guard within >= 0 else { throw ValidationError("--within must be a number, 0 or above") }
    }
  }

  func run() throws {
    try NearestRun(command: self).run()
  }
}
