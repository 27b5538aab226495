internal import ArgumentParser

/// `kullback predict MODEL FEATURES`: its arguments.
///
/// The work is in `PredictRun`.
struct PredictCommand: ParsableCommand, ReadsTables {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Write the logits of a fitted model, which evaluate takes.",
    usage: "kullback predict <model> <features> --output <file> [<options>]",
    discussion: """
      A logit is the logarithm of a class's probability, up to a number that all classes of a row share.

      --bits rounds the weights of each class to so many bits first, one scale a class, as quantisation after \
      training does.

      Where the model knows the names of its features, and FEATURES has some, columns are taken by name: in another \
      order they are reordered, which the report says, and other names are an error. --by-position takes them as \
      they stand. A .csv has the classes' names as its header, where the model knows them, and the labels of \
      FEATURES' rows.

      Example:
        kullback predict model.safetensors images.npy --bits 4 --output quantised.npy
      """)

  @Argument(help: "A model that fit softmax wrote.", completion: .file(extensions: ["safetensors"]))
  var model: InputPath

  @Argument(help: "Features, a row each: \(Formats.ofInputs).", completion: .file())
  var features: InputPath

  @Option(
    help: ArgumentHelp("Write the logits: \(Formats.ofResults).", valueName: "file"),
    completion: OutputFile.completion, transform: OutputFile.init(parsing:))
  var output: OutputFile

  @Option(help: "What a .npy holds.")
  var type = ElementType.float64

  @Option(help: ArgumentHelp("Round the weights to so many bits, 2...16.", valueName: "count"))
  var bits: Int?

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @OptionGroup var options: FitOptions

  func validate() throws {
    if let bits, !(2...16).contains(bits) { throw ValidationError("--bits must be in 2...16") }
  }

  func run() throws {
    try PredictRun(command: self).run()
  }
}
