internal import ArgumentParser

/// The direction of a fit, as it is named on the command line.
enum DirectionArgument: String, ExpressibleByArgument, CaseIterable {
  case forward, reverse
}

/// `kullback fit softmax FEATURES TARGETS`: its arguments.
///
/// The work is in `SoftmaxFitting`.
struct FitSoftmaxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "softmax",
    abstract: "Fit class probabilities to features: q(.|x) = softmax((x W + b) / T).",
    discussion: """
      Targets are class labels, or with --target-form a distribution for each row. The forward KL D(p‖q) to \
      labels is maximum likelihood; to distributions it is distillation. The reverse KL D(q‖p) needs targets \
      with mass in all classes. The gradient is that of the mean over rows; --l2 is 1 / (C x rows) of \
      scikit-learn's LogisticRegression. A fit that did not converge is written all the same, says so, and ends \
      with exit code 0.

      Examples:
        kullback fit softmax images.npy labels.npy --l2 1e-3 --output model.safetensors
        kullback fit softmax x.npy teacher.npy --target-form logits --direction reverse --output m.safetensors
      """)

  @Argument(help: "A row of features for each target: .npy, .csv or .tsv.", completion: .file())
  var features: String

  @Argument(
    help: "Labels (whole numbers from 0), or distributions: .npy, .csv or .tsv.",
    completion: .file())
  var targets: String

  @Option(help: "What is minimised: D(p‖q) or D(q‖p).")
  var direction = DirectionArgument.forward

  @Option(
    help: ArgumentHelp(
      "Minimise this share of forward KL and the rest of reverse KL, 0...1.", valueName: "share"))
  var mix: Double?

  @Option(
    help: ArgumentHelp("Targets are distributions, a row each.", valueName: "form"))
  var targetForm: FormArgument?

  @Option(help: ArgumentHelp("The file to write, .safetensors.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("The factor of half the squared weights.", valueName: "number"))
  var l2 = 0.0

  @Option(help: ArgumentHelp("Divides the model's logits.", valueName: "number"))
  var temperature = 1.0

  @Option(
    help: ArgumentHelp("The share of a label's mass that all classes share.", valueName: "share"))
  var labelSmoothing = 0.0

  @Option(
    help: ArgumentHelp("A weight for each row: one column.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(help: ArgumentHelp("How many iterations at most.", valueName: "count"))
  var maxIterations = 1000

  @Option(
    help: ArgumentHelp("The largest element of the gradient to end at.", valueName: "number"))
  var tolerance = 1e-6

  @Flag(help: "Print the results as JSON instead of tables.")
  var json = false

  @Option(help: ArgumentHelp("Threads to use.", valueName: "count"))
  var threads: Int?

  @Flag(help: "Print nothing but errors (and JSON, if asked for).")
  var quiet = false

  func validate() throws {
    guard output.lowercased().hasSuffix(".safetensors") else {
      throw ValidationError("a model is written as .safetensors")
    }
    guard maxIterations >= 1 else {
      throw ValidationError("--max-iterations must be a whole number, 1 or above")
    }
    guard tolerance >= 0 else { throw ValidationError("--tolerance must be 0 or above") }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be a whole number from 1 to 1024")
    }
    if let mix, !(0...1).contains(mix) { throw ValidationError("--mix must be in 0...1") }
  }

  func run() throws {
    try SoftmaxFitting(command: self).run()
  }
}
