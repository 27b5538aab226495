internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback fit softmax`.
struct SoftmaxFitting {
  let command: FitSoftmaxCommand

  func run() throws {
    let features = try InputFile(command.features)
    try OutputFile.check(command.output, against: [features])
    let weights = try command.weights.map { path in
      let file = try InputFile(path)
      guard file.matrix.rows == 1 || file.matrix.columns == 1 else {
        throw Failure(.invalidData, "\(path): weights are one column")
      }
      return (0..<file.matrix.rows).flatMap { row in
        (0..<file.matrix.columns).map { file.matrix.value(row: row, column: $0) }
      }
    }
    let progress = Progress(total: command.maxIterations, of: "iterations", quiet: command.quiet)
    var log: [SoftmaxProgress] = []
    let fit: SoftmaxFit
    do {
      defer { progress.finish() }
      fit = try self.fit(features, weights) { step in
        log.append(step)
        progress.update(step.iteration)
      }
    } catch let error as InferenceError {
      throw Failure(error, in: "\(command.features) and \(command.targets)")
    }
    try SoftmaxFile.write(fit, to: command.output, ["direction": direction])
    if !fit.convergence.isConverged {
      StandardStreams.complain("kullback: warning: \(fit.convergence)")
    }
    try SoftmaxReport(fit, log, output: command.output, direction: direction)
      .print(json: command.json, quiet: command.quiet)
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
    regression.threads = command.threads
    return regression
  }

  private func fit(
    _ features: InputFile, _ weights: [Double]?, _ report: (SoftmaxProgress) throws -> Void
  ) throws -> SoftmaxFit {
    guard let form = command.targetForm else {
      let labels: [Int64]
      do { labels = try MatrixReader.readLabels(command.targets) } catch { throw Failure(error) }
      return try regression.fit(
        features: features.matrix, labels: labels.map { Int($0) }, sampleWeights: weights,
        report: report)
    }
    let file = try InputFile(command.targets)
    let targets: DistributionSet
    do {
      targets = try DistributionSet(file.matrix, form: form.form)
    } catch {
      throw Failure(error, in: file.name)
    }
    return try regression.fit(
      features: features.matrix, targets: targets, sampleWeights: weights, report: report)
  }
}
