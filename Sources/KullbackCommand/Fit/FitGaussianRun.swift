internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback fit gaussian`.
struct FitGaussianRun {
  let command: FitGaussianCommand

  func run() throws {
    do {
      try work()
    } catch InferenceError.invalidParameter(_, let value, _) where !value.isFinite {
      throw Failure(
        .invalidData,
        "\(inputs): the products of values this large, or their sums, are more than numbers hold",
        hint: "scale them, by 1e-150 or the like, and what is fitted accordingly")
    } catch let error as InferenceError {
      throw Failure(error, in: inputs)
    }
  }

  private var inputs: String {
    (command.samples ?? command.mixture ?? command.features)?.name ?? "inputs"
  }

  private func work() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let started = ContinuousClock.now
    let subject = try subject()
    if command.picture != nil, subject.dimension > 2 {
      throw Failure(
        .usage, "--picture is for one or two dimensions; \(inputs) has \(subject.dimension)")
    }
    let output = try command.output.map(start)
    do {
      let picture = try command.picture.map(start)
      do {
        let result = try fit(subject)
        var report = try FitGaussianReport(command, subject, result)
        report.seconds = (ContinuousClock.now - started).seconds
        if let picture {
          try write(
            FitPictureSVG.text(
              FitPicture(subject, result, title: report.title, notes: report.notes)), to: picture)
        }
        if let output { try write(JSON.text(report), to: output) }
        if !report.converged {
          StandardStreams.complain("kullback: warning: \(report.convergence)")
        }
        try command.options.tell(report, lines: report.lines)
      } catch {
        picture?.discard()
        throw error
      }
    } catch {
      output?.discard()
      throw error
    }
  }

  /// Starts a file of text.
  private func start(_ output: OutputPath) throws(Failure) -> Output<TextWriter> {
    try Output(TextWriter(path: output.path))
  }

  /// Writes the whole of a file's text and gives the file its name.
  private func write(_ text: String, to output: Output<TextWriter>) throws(Failure) {
    try output.write { writer throws(FileError) in try writer.append(text) }
    try output.finish()
  }

  private func subject() throws -> FitSubject {
    if let path = command.samples {
      let file = try InputFile(path, command.reading(.features))
      try file.checkMemory(forNumbers: file.matrix.rows, file.matrix.columns)
      guard let path = command.weights else {
        return FitSubject(
          kind: .samples(file.matrix.doubles, nil), names: file.columnNames,
          tables: TextTables([("samples", file.table)]))
      }
      var weightFile = try InputFile(path)
      let weights = try weightFile.rowWeights(of: file, byPosition: command.match.isByPosition)
      return FitSubject(
        kind: .samples(file.matrix.doubles, weights), names: file.columnNames,
        tables: TextTables([("samples", file.table), ("weights", weightFile.table)]),
        matched: Matches([("weights", weightFile.matching)]))
    }
    if let path = command.mixture {
      let (mixture, names) = try MixtureFile.read(path)
      return FitSubject(kind: .density(mixture), names: names)
    }
    guard let features = command.features, let labels = command.labels else {
      throw Failure(.usage, "--features and --labels are needed")
    }
    return try posterior(features: features, labels: labels)
  }

  /// The posterior of a logistic regression on the files' rows.
  private func posterior(features: InputPath, labels: InputPath) throws -> FitSubject {
    let file = try InputFile(features, command.reading(.features))
    var labelFile = try LabelFile(labels)
    if let row = labelFile.labels.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw Failure(
        .invalidData,
        "\(labels): row \(row) (counted from 0) has the label \(labelFile.labels[row]): a label is 0 or 1"
      )
    }
    try labelFile.matchRows(to: file.rowSide, byPosition: command.match.isByPosition)
    let values = labelFile.labels
    guard values.count == file.matrix.rows else {
      throw Failure(
        .invalidData,
        "\(labels): \(Format.count(values.count, "label")) for the \(Format.count(file.matrix.rows, "row"))"
          + " of \(file.name)")
    }
    try file.checkMemory(forNumbers: file.matrix.rows, file.matrix.columns)
    let density = try BayesianLogisticRegression(
      features: file.matrix.doubles, labels: values.map { Int($0) },
      priorScale: command.priorDeviation ?? 1)
    return FitSubject(
      kind: .density(density), names: file.columnNames,
      tables: TextTables([("features", file.table), ("labels", labelFile.table)]),
      matched: Matches([("labels", labelFile.matching)]))
  }

  private func fit(_ subject: FitSubject) throws -> GaussianResult {
    switch subject.kind {
    case .samples(let samples, let weights):
      guard let components = command.components else {
        return .likelihood(
          try MultivariateNormal.maximumLikelihood(
            samples: samples, weights: weights, family: command.family,
            threads: command.options.threads))
      }
      var search = ExpectationMaximisation(components: components)
      search.family = command.family
      search.restarts = command.restarts ?? 1
      search.threads = command.options.threads
      search.seed = command.seed
      let progress = Progress(
        total: search.maximumIterations * search.restarts, of: "iterations",
        quiet: command.options.quiet)
      defer { progress.finish() }
      return .mixture(
        try search.fit(samples: samples, weights: weights) {
          progress.update($0.start * search.maximumIterations + $0.iteration)
        })
    case .density(let density):
      guard command.direction == .forward else {
        var options = VariationalOptions()
        options.seed = command.seed
        let progress = Progress(
          total: options.search.maximumIterations, of: "iterations", quiet: command.options.quiet)
        defer { progress.finish() }
        return .reverse(
          try fitGaussian(
            to: density, family: command.family, options: options, threads: command.options.threads
          ) {
            progress.update($0.iteration)
          })
      }
      var search = ForwardInference()
      search.family = command.family
      search.seed = command.seed
      search.threads = command.options.threads
      let progress = Progress(
        total: search.maximumRounds, of: "rounds", quiet: command.options.quiet)
      defer { progress.finish() }
      return .forward(try search.fit(density) { progress.update($0.round) })
    }
  }
}
