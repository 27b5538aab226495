internal import Kullback
internal import KullbackFiles

/// The work of `kullback cross-entropy`.
struct LabelScoring {
  let command: CrossEntropyCommand

  func run() throws {
    let options = command.options
    let labels = try read { () throws(FileError) in try MatrixReader.readLabels(command.labels) }
    let file = try InputFile(
      command.model, command.set.table.options(.classes, form: command.set.form))
    let set = try file.distributions(command.set.form, command.set)
    try command.output?.check(against: [file])
    guard labels.count == set.count else {
      throw Failure(
        .invalidData,
        "\(command.labels): \(labels.count) labels for the \(set.count) rows of \(file.name)")
    }
    let weights = try command.classWeights.map { try classWeights($0, classes: set.classes) }
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    let ignored = command.ignoreIndex.map(Int64.init)
    var totals = Totals()
    var session = EvaluationSession(
      inputs: [("model", InputReport(file, set))],
      evaluation: StreamedEvaluation(
        quantities: [
          .init(
            name: "cross-entropy", symbol: "H(label,q)", dimension: .information,
            isDivergence: true)
        ],
        unit: try command.base.unit, rows: rows,
        bytesPerRow: set.classes * set.matrix.kind.byteCount, output: command.output,
        isQuiet: options.quiet),
      options: options, isWide: command.wide, labels: file.rowLabels)
    let unit = session.evaluation.unit
    session.remark = {
      guard weights != nil || ignored != nil else { return nil }
      return .init(
        ignored: totals.ignored,
        weightedMean: unit.value(totals.sum / totals.weight, of: .information))
    }
    if !options.quiet { FormHint.give(file, set, option: "--form") }
    try session.run { range, progress in
      let results = try evaluate(
        labels: Array(labels[range]), model: set[range], smoothing: command.labelSmoothing,
        ignoring: ignored, classWeights: weights, threads: options.threads)
      progress(range.count)
      let leftOut = Set(
        ignored == nil ? [] : (0..<range.count).filter { labels[range.lowerBound + $0] == ignored })
      totals.add(results, ignored: leftOut.count)
      return StreamedEvaluation.Block(
        columns: [results.values],
        invalidCount: results.diagnostics.invalidCount,
        invalid: InvalidRows.entries(results.diagnostics, from: range.lowerBound),
        leftOut: leftOut)
    }
  }

  /// What the weighted mean is made of.
  private struct Totals {
    var sum = 0.0
    var weight = 0.0
    var ignored = 0

    mutating func add(_ results: LabelEvaluation, ignored: Int) {
      for (value, each) in zip(results.values, results.weights) where !value.isNaN {
        sum += value
        weight += each
      }
      self.ignored += ignored
    }
  }

  private func classWeights(_ path: String, classes: Int) throws(Failure) -> [Double] {
    let matrix = try InputFile(path).matrix
    let isColumn = matrix.columns == 1
    guard matrix.rows == 1 || isColumn, matrix.rows * matrix.columns == classes else {
      throw Failure(
        .invalidData,
        "\(path): \(matrix.rows) x \(matrix.columns) weights for \(classes) classes")
    }
    var weights: [Double] = []
    for index in 0..<classes {
      let value = matrix.value(row: isColumn ? index : 0, column: isColumn ? 0 : index)
      guard value >= 0, value.isFinite else {
        throw Failure(.invalidData, "\(path): the weight of class \(index) is \(value)")
      }
      weights.append(value)
    }
    return weights
  }

  private func read<Result>(_ body: () throws(FileError) -> Result) throws(Failure) -> Result {
    do { return try body() } catch { throw Failure(error) }
  }
}
