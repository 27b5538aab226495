internal import ArgumentParser
internal import KullbackInference

/// `kullback fit gaussian`: its arguments.
///
/// The work is in `GaussianWork`.
struct FitGaussianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaussian",
    abstract: "Fit a normal distribution, or a mixture of some, to samples or to a density.",
    discussion: """
      Samples are fitted by forward KL, D(p‖q): maximum likelihood; with --components a mixture, by expectation \
      maximisation. A density, a mixture in a file or the posterior of a logistic regression, is fitted by reverse \
      KL, D(q‖p), which picks a mode and is too narrow, or by forward KL, which covers all that importance \
      sampling finds.

      A mixture's file, and what --components writes, holds one weight, mean and covariance for each component:
        {"weights": [0.3, 0.7], "means": [[-2], [3]], "covariances": [[[0.5]], [[1]]]}

      Examples:
        kullback fit gaussian --samples x.npy --output gaussian.json
        kullback fit gaussian --samples x.npy --components 3 --picture fit.svg
        kullback fit gaussian --mixture mixture.json --direction forward --picture forward.svg
        kullback fit gaussian --posterior logistic --features x.npy --labels y.npy --family mean-field
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
    help: ArgumentHelp("Samples, one a row: .npy or .csv.", valueName: "file"), completion: .file())
  var samples: String?

  @Option(
    help: ArgumentHelp("The samples' weights: one column or row.", valueName: "file"),
    completion: .file())
  var weights: String?

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
  var mixture: String?

  @Option(help: "A density to fit: the posterior of a regression.")
  var posterior: Posterior?

  @Option(
    help: ArgumentHelp("The regression's features, an observation a row.", valueName: "file"),
    completion: .file())
  var features: String?

  @Option(
    help: ArgumentHelp("The regression's labels, 0 or 1.", valueName: "file"), completion: .file())
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "The standard deviation of the normal prior of each coefficient (default: 1).",
      valueName: "number"))
  var priorDeviation: Double?

  @Option(
    help:
      "Minimise D(q‖p), reverse, or D(p‖q), forward (default: reverse for densities, forward for samples)."
  )
  var direction: Direction?

  @Option(
    help: "Covariances: full, or mean-field for diagonal ones.",
    transform: FitGaussianCommand.family(named:))
  var family = GaussianFamily.full

  @Option(help: ArgumentHelp("Chooses the random draws.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the fit as JSON.", valueName: "file"), completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp("Draw it, in one or two dimensions: .svg.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var picture: String?

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
    guard picture?.lowercased().hasSuffix(".svg") ?? true else {
      throw ValidationError("a picture of a fit ends in .svg")
    }
    guard output == nil || output != picture else {
      throw ValidationError("--output and --picture need two files")
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
    try GaussianWork(command: self).run()
  }
}
