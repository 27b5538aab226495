internal import ArgumentParser
internal import Kullback

/// `kullback fit softmax FEATURES TARGETS`: its arguments.
///
/// The work is in `FitSoftmaxRun`.
struct FitSoftmaxCommand: ParsableCommand, ReadsTables {
  static let configuration = CommandConfiguration(
    commandName: "softmax",
    abstract: "Fit class probabilities to features: q(.|x) = softmax((x W + b) / T).",
    discussion: """
      Targets p are class labels, or with --target-form a distribution for each row. The model q has a weight W for \
      each feature and class, and an intercept b for each class. The forward KL D(p‖q) to labels is maximum \
      likelihood; to distributions, of a larger model say, it is distillation. The reverse KL D(q‖p) needs targets \
      with mass in all classes.

      What is minimised is a mean over rows; --l2 is 1 / (C x rows) of scikit-learn's LogisticRegression, and \
      2 / (C x rows) for two classes, of which it has one vector of weights and this has two. A fit that \
      did not converge says so, is written all the same, and ends with exit code 0. Targets of one class alone are \
      refused; classes without a row, as class 0 where labels begin at 1, are named. Classes that are separable, in \
      all rows or in some, have no best model without --l2, and features of very different scale may keep a fit from \
      converging: both are said.

      Targets and weights are matched to the features by the labels of rows, where both have some, and the model \
      keeps the names of features and of classes that the files give: predict goes by them.

      Examples:
        kullback fit softmax images.npy labels.npy --l2 1e-3 \\
          --output model.safetensors
        kullback fit softmax x.npy teacher.npy --target-form logits \\
          --direction reverse --output model.safetensors
      """)

  @Argument(help: "A row of features for each target: \(Formats.ofInputs).", completion: .file())
  var features: InputPath

  @Argument(
    help: "Labels (whole numbers from 0), or distributions: \(Formats.ofInputs).",
    completion: .file())
  var targets: InputPath

  @Option(help: "What is minimised: D(p‖q) or D(q‖p).")
  var direction = DirectionArgument.forward

  @Option(
    help: ArgumentHelp(
      "Minimise this share of forward KL and the rest of reverse KL, 0...1.", valueName: "share"))
  var mix: Double?

  @Option(
    help: ArgumentHelp("Targets are distributions, a row each.", valueName: "form"))
  var targetForm: Form?

  @Option(help: ArgumentHelp("The file to write, .safetensors.", valueName: "file"))
  var output: OutputPath

  @Option(
    help: ArgumentHelp(
      "A penalty: this times half the sum of squared weights W.", valueName: "number"))
  var l2 = 0.0

  @Option(help: ArgumentHelp("T, which divides x W + b.", valueName: "number"))
  var temperature = 1.0

  @Option(
    help: ArgumentHelp(
      "The share of a label's mass that is spread over all classes.", valueName: "share"))
  var labelSmoothing = 0.0

  @Flag(help: "Fit the weights W alone: b is 0.")
  var noIntercept = false

  @Option(
    help: ArgumentHelp("A weight for each row: one column or row.", valueName: "file"),
    completion: .file())
  var weights: InputPath?

  @Option(help: ArgumentHelp("Iterations at most.", valueName: "count"))
  var maxIterations = 1000

  @Option(
    help: ArgumentHelp("End where no element of the gradient is larger.", valueName: "number"))
  var tolerance = 1e-6

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @OptionGroup var options: FitOptions

  func validate() throws {
    guard [features, targets, weights].count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("only one of the inputs can be standard input")
    }
    guard output.path.lowercased().hasSuffix(".safetensors") else {
      throw ValidationError("a model is written as .safetensors")
    }
    guard maxIterations >= 1 else {
      throw ValidationError("--max-iterations must be a whole number, 1 or above")
    }
    for (name, value) in [("--l2", l2), ("--tolerance", tolerance)]
    where !(value >= 0 && value.isFinite) {
      throw ValidationError("\(name) must be a finite number, 0 or above")
    }
    guard temperature > 0, temperature.isFinite else {
      throw ValidationError("--temperature must be a finite number above 0")
    }
    guard (0...1).contains(labelSmoothing) else {
      throw ValidationError("--label-smoothing must be in 0...1")
    }
    guard targetForm == nil || labelSmoothing == 0 else {
      throw ValidationError("--label-smoothing is for labels, not for distributions")
    }
    if let mix, !(0...1).contains(mix) { throw ValidationError("--mix must be in 0...1") }
  }

  func run() throws {
    try FitSoftmaxRun(command: self).run()
  }
}
