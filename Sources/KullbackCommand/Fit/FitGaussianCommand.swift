internal import ArgumentParser
internal import KullbackInference

/// `kullback fit gaussian`: its arguments.
///
/// The work is in `FitGaussianRun`.
struct FitGaussianCommand: ParsableCommand, ReadsTables {
  static let configuration = CommandConfiguration(
    commandName: "gaussian",
    abstract: "Fit a normal distribution, or a mixture of some, to samples or to a density.",
    discussion: """
      What is fitted is p; the normal distribution, or mixture of some, that is found is q.

      --samples are fitted by forward KL, D(p‖q), which is maximum likelihood; with --components a mixture, by \
      expectation maximisation, where a --restarts above 1 may find a better one.

      A density is a --mixture in a file, or the --posterior of a logistic regression: how probable its \
      coefficients are, given labels and a normal prior around 0 (a column of ones among the features is an \
      intercept). Reverse KL, D(q‖p), keeps q inside p: it picks one of several peaks, and is rather too narrow. \
      Forward KL covers all the mass of p that importance sampling finds: draws from q, weighted by p / q. The \
      report's Pareto k-hat, how heavy the tail of these weights is, says whether q is near enough to p.

      A fit that did not converge says so, is written all the same, and ends with exit code 0.

      A mixture's file, like --output, has a weight, mean and covariance for each component:
        {"weights": [0.3, 0.7], "means": [[-2], [3]],
         "covariances": [[[0.5]], [[1]]]}
      "names" are those of the dimensions, which a header gives. Weights and labels are matched by the labels of \
      rows, where both files have some.

      Examples:
        kullback fit gaussian --samples x.npy --components 3 --picture fit.svg
        kullback fit gaussian --mixture mixture.json --direction forward
        kullback fit gaussian --posterior logistic --features x.npy \\
          --labels y.npy --family mean-field --output gaussian.json
      """)

  /// Which divergence is minimised.
  enum Direction: String, ExpressibleByArgument, CaseIterable {
    case reverse, forward
  }

  /// Which posterior is fitted.
  enum Posterior: String, ExpressibleByArgument, CaseIterable {
    case logistic
  }

  @Option(
    help: ArgumentHelp("Samples, one a row: \(Formats.ofInputs).", valueName: "file"),
    completion: .file())
  var samples: InputPath?

  @Option(
    help: ArgumentHelp("The samples' weights: one column or row.", valueName: "file"),
    completion: .file())
  var weights: InputPath?

  @Option(help: ArgumentHelp("Fit a mixture of so many to the samples.", valueName: "count"))
  var components: Int?

  @Option(
    help: ArgumentHelp(
      "From how many choices of samples a mixture begins; the best is kept (default: 1).",
      valueName: "count"))
  var restarts: Int?

  @Option(
    help: ArgumentHelp("A density to fit: a mixture as JSON.", valueName: "file"),
    completion: .file())
  var mixture: InputPath?

  @Option(help: "A density to fit: the posterior of a regression's coefficients.")
  var posterior: Posterior?

  @Option(
    help: ArgumentHelp("The regression's features, an observation a row.", valueName: "file"),
    completion: .file())
  var features: InputPath?

  @Option(
    help: ArgumentHelp("The regression's labels, 0 or 1, one column.", valueName: "file"),
    completion: .file())
  var labels: InputPath?

  @Option(
    help: ArgumentHelp(
      "The standard deviation of the normal prior of each coefficient (default: 1).",
      valueName: "number"))
  var priorDeviation: Double?

  @Option(
    help:
      "Minimise D(q‖p), reverse, or D(p‖q), forward (default: reverse; for samples forward)."
  )
  var direction: Direction?

  @Option(
    help:
      "Covariances of q: full, or mean-field, whose dimensions are independent (default: full).",
    transform: FitGaussianCommand.family(named:))
  var family = GaussianFamily.full

  @Option(
    help: ArgumentHelp("Chooses the random draws, or where a mixture begins.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the fit as JSON.", valueName: "file"), completion: .file())
  var output: OutputPath?

  @Option(
    help: ArgumentHelp("Draw it, in one or two dimensions: .svg.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var picture: OutputPath?

  @OptionGroup var table: TableArguments

  @OptionGroup var array: ArrayArguments

  @OptionGroup var match: MatchOption

  @OptionGroup var options: FitOptions

  private static func family(named text: String) throws -> GaussianFamily {
    guard let family = GaussianFamily(rawValue: text) else {
      throw ValidationError("a family is full or mean-field")
    }
    return family
  }

  func validate() throws {
    guard [samples != nil, mixture != nil, posterior != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("one of --samples, --mixture and --posterior is needed")
    }
    guard samples != nil || (weights == nil && components == nil) else {
      throw ValidationError("--weights and --components are for --samples")
    }
    guard samples == nil || direction != .reverse else {
      throw ValidationError("samples are fitted by forward KL: reverse KL needs a density")
    }
    guard (posterior != nil) == (features != nil), (posterior != nil) == (labels != nil) else {
      throw ValidationError("--posterior, --features and --labels go together")
    }
    for (name, count) in [("--components", components ?? 1), ("--restarts", restarts ?? 1)]
    where count < 1 {
      throw ValidationError("\(name) must be a whole number, 1 or above")
    }
    if let priorDeviation, !(priorDeviation > 0 && priorDeviation.isFinite) {
      throw ValidationError("--prior-deviation must be a number greater than 0")
    }
    guard picture?.path.lowercased().hasSuffix(".svg") ?? true else {
      throw ValidationError("a picture of a fit ends in .svg")
    }
    guard [samples, weights, mixture, features, labels].count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("only one of the inputs can be standard input")
    }
    guard samples != nil || options.threads == nil else {
      throw ValidationError(
        "--threads is for --samples: a density is evaluated on all processors the process may run on"
      )
    }
    guard posterior != nil || priorDeviation == nil else {
      throw ValidationError("--prior-deviation is for --posterior")
    }
    guard components != nil || restarts == nil else {
      throw ValidationError("--restarts is for --components")
    }
  }

  func run() throws {
    try FitGaussianRun(command: self).run()
  }
}
