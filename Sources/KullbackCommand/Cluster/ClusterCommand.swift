internal import ArgumentParser
internal import Kullback

/// `kullback cluster SET`: its arguments.
///
/// The work is in `ClusterRun`.
struct ClusterCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Divide the rows of a file of distributions into clusters.",
    discussion: """
      Every row goes to the centroid that it is nearest to, and every centroid is that of its rows, until no row \
      moves: k-means for distributions. By forward-kl, D(row‖centroid), a centroid is the mean of its rows; by \
      reverse-kl, D(centroid‖row), their normalised geometric mean. The same seed gives the same clusters, \
      whatever the number of threads; --restarts keeps the best of several beginnings.

      --output tells every row's cluster, counted from 0, and -1 for a row that is in none: a .npy has one column \
      of int64, a .csv also the row's label and its divergence from the centroid.

      Examples:
        kullback cluster letters.csv --form weights -k 4
        kullback cluster p.npy -k 100 --by reverse-kl --seed 7 --output clusters.csv
        kullback cluster p.npy -k 20 --restarts 5 --centroids centroids.npy
      """)

  @Argument(
    help: "The file of distributions: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var file: InputPath

  @Option(name: .short, help: ArgumentHelp("How many clusters.", valueName: "count"))
  var k: Int

  @Option(help: ArgumentHelp("What is small inside a cluster.", valueName: "divergence"))
  var by = ClusterDivergence.allCases[0]

  @Option(help: ArgumentHelp("Chooses the rows to begin at.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("How many iterations at most.", valueName: "count"))
  var maxIterations = 100

  @Option(help: ArgumentHelp("From how many choices of rows to begin.", valueName: "count"))
  var restarts = 1

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var base: BaseOption

  @Option(
    help: ArgumentHelp(
      "What rows are called: a text file with a line for each row.", valueName: "file"),
    completion: .file())
  var labels: InputPath?

  @Option(
    help: ArgumentHelp("Write every row's cluster: \(Formats.ofResults).", valueName: "file"),
    completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var output: OutputFile?

  @Option(
    help: ArgumentHelp(
      "Write the centroids' probabilities: .npy (float64, clusters x classes) or .csv.",
      valueName: "file"), completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var centroids: OutputFile?

  @OptionGroup var memory: MemoryOption

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [set.form])
    guard k >= 1 else { throw ValidationError("-k must be a whole number, 1 or above") }
    guard maxIterations >= 1 else {
      throw ValidationError("--max-iterations must be a whole number, 1 or above")
    }
    guard restarts >= 1 else {
      throw ValidationError("--restarts must be a whole number, 1 or above")
    }
    guard file != "-" || labels != "-" else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }

  func run() throws {
    try ClusterRun(command: self).run()
  }
}
