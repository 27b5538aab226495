internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback fit softmax`.
struct SoftmaxFitting {
  let command: FitSoftmaxCommand

  func run() throws {
    try OutputFile.check(
      command.output, against: [command.features, command.targets, command.weights])
    let features = try InputFile(command.features)
    let targets = try targets()
    guard targets.count == features.matrix.rows else {
      throw Failure(
        .invalidData,
        "\(command.targets): \(Format.count(targets.count, "target")) for the"
          + " \(Format.count(features.matrix.rows, "row")) of \(features.name)")
    }
    let weights = try command.weights.map { path throws(Failure) in
      try InputFile(path).rowWeights(features.matrix.rows)
    }
    let output = try SoftmaxFile(command.output)
    let progress = Progress(
      total: command.maxIterations, of: "iterations", quiet: command.options.quiet)
    var log: [SoftmaxProgress] = []
    let fit: SoftmaxFit
    do {
      defer { progress.finish() }
      fit = try self.fit(features, targets, weights) { step in
        log.append(step)
        progress.update(step.iteration)
      }
      try output.finish(fit, ["direction": direction])
    } catch let error as InferenceError {
      output.discard()
      throw Failure(error, in: name(of: error))
    } catch {
      output.discard()
      throw error
    }
    let report = SoftmaxReport(fit, log, output: command.output, direction: direction)
    if !fit.convergence.isConverged {
      let remarks = [fit.convergence.description] + report.remarksOnConvergence
      StandardStreams.complain("kullback: warning: \(remarks.joined(separator: "; "))")
    }
    try report.print(json: command.options.json, quiet: command.options.quiet)
  }

  /// The file that an error is about.
  private func name(of error: InferenceError) -> String {
    switch error {
    case .notFinite: command.features
    case .labelOutOfRange, .oneClass, .invalidTarget, .infiniteReverseKL: command.targets
    default: "\(command.features) and \(command.targets)"
    }
  }

  private var direction: String {
    command.mix.map { "\(Format.exact($0)) forward, the rest reverse" }
      ?? command.direction.rawValue
  }

  private var regression: SoftmaxRegression {
    var regression = SoftmaxRegression()
    regression.objective =
      command.mix.map { .mixture(forwardShare: $0) }
      ?? (command.direction == .forward ? .forwardKL : .reverseKL)
    regression.penalty = command.l2
    regression.temperature = command.temperature
    regression.labelSmoothing = command.labelSmoothing
    regression.search.maximumIterations = command.maxIterations
    regression.search.gradientTolerance = command.tolerance
    regression.hasIntercepts = !command.noIntercept
    regression.threads = command.options.threads
    return regression
  }

  /// What is fitted: class labels, or a distribution for each row.
  private enum Targets {
    case labels([Int64])
    case distributions(DistributionSet)

    var count: Int {
      switch self {
      case .labels(let labels): labels.count
      case .distributions(let set): set.count
      }
    }
  }

  private func targets() throws(Failure) -> Targets {
    guard let form = command.targetForm else {
      do { return .labels(try MatrixReader.readLabels(command.targets)) } catch {
        throw Failure(error)
      }
    }
    let file = try InputFile(command.targets)
    do {
      return .distributions(try DistributionSet(file.matrix, form: form.form))
    } catch {
      throw Failure(error, in: file.name)
    }
  }

  private func fit(
    _ features: InputFile, _ targets: Targets, _ weights: [Double]?,
    _ report: (SoftmaxProgress) throws -> Void
  ) throws -> SoftmaxFit {
    switch targets {
    case .labels(let labels):
      try regression.fit(
        features: features.matrix, labels: labels.map { Int($0) }, sampleWeights: weights,
        report: report)
    case .distributions(let targets):
      try regression.fit(
        features: features.matrix, targets: targets, sampleWeights: weights, report: report)
    }
  }
}
