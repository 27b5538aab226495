internal import ArgumentParser

/// `kullback log-softmax IN OUT`: its arguments.
///
/// The work is in `LogSoftmaxRun`.
struct LogSoftmaxCommand: ParsableCommand, ReadsSets {
  static let configuration = CommandConfiguration(
    commandName: "log-softmax",
    abstract: "Normalise the rows of a file: log-probabilities, or probabilities with --softmax.",
    discussion: """
      The output is a .npy file of the same shape: float64 for float64 input, else float32. An invalid \
      row becomes a row of NaN.

      Example:
        kullback log-softmax logits.npy log-probabilities.npy --temperature 2
      """)

  @Argument(
    help: "The file to read: \(Formats.ofInputs), or - for CSV from standard input.",
    completion: .file())
  var input: InputPath

  @Argument(
    help: "The file to write, .npy.", completion: .file(extensions: ["npy"]),
    transform: OutputFile.init(parsing:))
  var output: OutputFile

  @OptionGroup var set: SetOptions

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @Flag(help: "Write probabilities instead of their logarithms.")
  var softmax = false

  @OptionGroup var options: RunOptions

  func validate() throws {
    try set.validate(forms: [set.form])
    guard output.format == .npy else {
      throw ValidationError("log-softmax writes .npy files")
    }
  }

  func run() throws {
    try LogSoftmaxRun(command: self).run()
  }
}
