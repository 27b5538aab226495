internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback fit softmax`.
struct FitSoftmaxRun {
  let command: FitSoftmaxCommand

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let features = try InputFile(command.features, command.reading(.features))
    let targets = try targets(of: features)
    guard targets.count == features.matrix.rows else {
      throw Failure(
        .invalidData,
        "\(command.targets): \(Format.count(targets.count, "target")) for the"
          + " \(Format.count(features.matrix.rows, "row")) of \(features.name)")
    }
    var matched = [("targets", targets.matching)]
    var tables = [("features", features.table), ("targets", targets.table)]
    var weights: [Double]?
    if let path = command.weights {
      var file = try InputFile(path)
      weights = try file.rowWeights(of: features, byPosition: command.match.isByPosition)
      matched.append(("weights", file.matching))
      tables.append(("weights", file.table))
    }
    do {
      try memory(features, classes: targets.classes).check(for: features.name)
    } catch {
      throw unlikelyLabel(targets, of: features) ?? error
    }
    let output = try Output(SafetensorsWriter(path: command.output.path))
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
      let contents = try SoftmaxFile.contents(
        fit, features: features.columnNames, classes: targets.classNames, ["direction": direction])
      try output.write { writer throws(FileError) in try writer.write(contents) }
      try output.finish()
    } catch let error as InferenceError {
      output.discard()
      throw Failure(error, in: name(of: error, targets))
    } catch {
      output.discard()
      throw error
    }
    let report = FitSoftmaxReport(
      fit, log, output: command.output.path, direction: direction, tables: TextTables(tables),
      matched: Matches(matched))
    if !fit.convergence.isConverged {
      let remarks = [fit.convergence.description] + report.remarksOnConvergence
      StandardStreams.complain("kullback: warning: \(remarks.joined(separator: "; "))")
    }
    try command.options.tell(report, lines: report.lines)
  }

  /// What a fit holds beside its files.
  private func memory(_ features: InputFile, classes: Int) -> MemoryNeed {
    let matrix = features.matrix
    let copy =
      matrix.kind == .float64 ? .none : MemoryNeed(matrix.rows, matrix.columns, of: 8)
    let work = regression.heldBytes(
      rows: matrix.rows, features: matrix.columns, classes: classes)
    return copy + MemoryNeed(bytes: Int(min(work, 0x1p62)))
  }

  /// The label that asks for more memory than there is where it cannot be meant as a class: there would be more than a
  /// thousand of them for each row.
  private func unlikelyLabel(_ targets: Targets, of features: InputFile) -> Failure? {
    guard case .labels(let file) = targets, let largest = file.labels.max(),
      largest / 1000 > features.matrix.rows, let row = file.labels.firstIndex(of: largest)
    else { return nil }
    return Failure(
      .invalidData,
      "\(file.name): row \(row) (counted from 0) has the label \(largest), and so many classes need more memory"
        + " than there is",
      hint: "a label is the number of a class, counted from 0")
  }

  /// The file that an error is about.
  private func name(of error: InferenceError, _ targets: Targets) -> String {
    switch error {
    case .notFinite: command.features.text
    case .labelOutOfRange, .oneClass, .invalidTarget, .infiniteReverseKL:
      command.targets.text
        + (targets.matching.reordered == nil ? "" : ", rows in the order of \(command.features)")
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
    case labels(LabelFile)
    case distributions(DistributionSet, InputFile)

    var count: Int {
      switch self {
      case .labels(let file): file.labels.count
      case .distributions(let set, _): set.count
      }
    }

    /// Classes; one less where they are counted from the labels.
    var classes: Int {
      switch self {
      case .labels(let file): Int(max(1, file.labels.max() ?? 0))
      case .distributions(let set, _): set.classes
      }
    }

    var matching: Matching {
      switch self {
      case .labels(let file): file.matching
      case .distributions(_, let file): file.matching
      }
    }

    /// What of a text was taken for what.
    var table: InputReport.TextTable? {
      switch self {
      case .labels(let file): file.table
      case .distributions(let set, let file):
        file.layout.map { .init($0, classes: set.classes) }
      }
    }

    /// What the classes are called, where distributions have a header.
    var classNames: [String]? {
      switch self {
      case .labels: nil
      case .distributions(_, let file): file.columnNames
      }
    }
  }

  /// The targets in the order of the features' rows.
  private func targets(of features: InputFile) throws(Failure) -> Targets {
    let isByPosition = command.match.isByPosition
    guard let form = command.targetForm else {
      var file = try LabelFile(command.targets)
      try file.matchRows(to: features.rowSide, byPosition: isByPosition)
      return .labels(file)
    }
    // The options are for the features.
    var file = try InputFile(command.targets, TableOptions())
    try file.checkClasses()
    try file.matchRows(to: features.rowSide, byPosition: isByPosition)
    do {
      return .distributions(try DistributionSet(file.matrix, form: form), file)
    } catch {
      throw Failure(error, in: file.name)
    }
  }

  private func fit(
    _ features: InputFile, _ targets: Targets, _ weights: [Double]?,
    _ report: (SoftmaxProgress) throws -> Void
  ) throws -> SoftmaxFit {
    switch targets {
    case .labels(let file):
      try regression.fit(
        features: features.matrix, labels: file.labels.map { Int($0) }, sampleWeights: weights,
        report: report)
    case .distributions(let targets, _):
      try regression.fit(
        features: features.matrix, targets: targets, sampleWeights: weights, report: report)
    }
  }
}
