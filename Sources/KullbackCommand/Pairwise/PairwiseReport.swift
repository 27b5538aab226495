internal import Kullback

/// What `pairwise` says when all pairs are done, and how it ends.
struct PairwiseReport {
  let command: PairwiseCommand
  let inputs: PairwiseInputs
  let unit: Unit
  let summary: PairwiseSummary
  let matrix: [[Double]]?
  let order: PairwiseOrder
  let report: Kullback.PairwiseReport
  let elapsed: Duration

  private var measure: Measure { command.measure.named.measure }
  private var rate: PairRate { PairRate(report.shape, elapsed: elapsed) }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    let invalid = inputs.invalidRows(report.diagnostics)
    try command.options.tell(try contents(invalid), lines: lines(invalid))
    try command.options.end(with: invalid)
  }

  private var names: (rows: [String], columns: [String]) {
    (
      order.targets.map { inputs.targets.calls[$0] }, order.models.map { inputs.models.calls[$0] }
    )
  }

  private func lines(_ invalid: InvalidRows) -> [String] {
    let shape = report.shape
    let label = unit.label(for: measure.dimension)
    var lines = InputReport.lines(inputs.reports)
    lines += [
      "",
      "\(measure.name)  \(measure.notation)\(label.isEmpty ? "" : "  \(label)")  "
        + "\(Format.count(shape.rows, "target")) x \(Format.count(shape.columns, "model"))",
    ]
    let printed = matrix.flatMap { values in
      MatrixText.lines(values, rows: names.rows, columns: names.columns, width: Terminal.width)
    }
    if let printed {
      lines += [""] + printed
    } else {
      lines += summaryLines
      lines += Contents.Entry.lines(
        "nearest", summary.nearest.map { .init($0, inputs) }, symbol: measure.name)
      lines += Contents.Entry.lines(
        "farthest" + (summary.infinite > 0 ? " of the finite ones" : ""),
        summary.farthest.map { .init($0, inputs) }, symbol: measure.name)
    }
    lines += invalid.lines(of: inputs.isItself ? shape.rows : shape.rows + shape.columns)
    lines += ["", rate.line(shape) + refined]
    for path in [command.output?.path, command.heatmap?.path] {
      if let path { lines.append("written: \(path)") }
    }
    return lines
  }

  private var refined: String {
    guard report.refined > 0 else { return "" }
    // Measures that are no products are evaluated so throughout, but for what is 0 or has no value.
    let isAll = report.refined == report.shape.rows * report.shape.columns
    let count = isAll ? "all" : Format.count(report.refined)
    return "; \(count) of them one by one"
      + (report.refined < report.computed ? ", to keep their digits" : "")
  }

  private var summaryLines: [String] {
    let dispensabilities = [4, 7, 8, 10, 9, 0, 9, 10, 8, 5, 3]
    let quantiles = zip(MeasureReport.percentages, dispensabilities).map { percentage, rank in
      let title = percentage == 50 ? "median" : Format.value(percentage) + " %"
      return Table.Column(title: title, dispensability: rank)
    }
    var table = Table(
      [.init(title: "mean"), .init(title: "min")] + quantiles
        + [.init(title: "max"), .init(title: "infinite")])
    let numbers = [summary.mean, summary.min] + summary.quantiles + [summary.max]
    table.append(
      numbers.map { Format.value($0, digits: 5) } + [Format.count(summary.infinite)])
    let what =
      "over \(Format.count(summary.count, "pair"))"
      + (inputs.isItself ? ", without those of a row and itself" : "")
    let sampled =
      summary.isSampled ? ["quantiles are those of a sample of a million pairs"] : []
    return ["", what] + table.lines(width: Terminal.width) + sampled
  }

  private func contents(_ invalid: InvalidRows) throws -> Contents {
    let quantiles = zip(MeasureReport.percentages, summary.quantiles).map { (Format.exact($0), $1) }
    return Contents(
      inputs: Dictionary(uniqueKeysWithValues: inputs.reports.map { ($0.name, $0.report) }),
      measure: .init(
        name: measure.name, symbol: measure.notation, unit: unit.label(for: measure.dimension)),
      firstTarget: inputs.targets.calls.rows.lowerBound,
      targets: report.shape.rows, models: report.shape.columns,
      pairs: .init(
        count: summary.count, invalid: summary.invalid, infinite: summary.infinite,
        mean: summary.mean, min: summary.min, max: summary.max,
        quantiles: Dictionary(uniqueKeysWithValues: quantiles),
        quantilesAreExact: !summary.isSampled, leavesOutDiagonal: inputs.isItself),
      nearest: summary.nearest.map { .init($0, inputs) },
      farthest: summary.farthest.map { .init($0, inputs) },
      matrix: matrix.map { .init(rows: names.rows, columns: names.columns, values: $0) },
      order: command.order ? shownOrder : nil,
      invalid: invalid,
      evaluatedOneByOne: report.refinedShare,
      output: command.output?.path, heatmap: command.heatmap?.path,
      rate: rate, threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }

  private var shownOrder: Contents.Order {
    .init(
      targets: order.targets.map { inputs.targets.calls.rows.lowerBound + $0 },
      models: order.models.map { inputs.models.calls.rows.lowerBound + $0 })
  }
}

extension PairwiseReport {
  /// Everything that `pairwise` says about its work. Its JSON is this:
  ///
  ///     inputs        {"targets": {...}, "models": {...}}, or {"set": {...}} of a set compared with itself; as
  ///                   in `evaluate`
  ///     measure       name, symbol, unit
  ///     firstTarget   the first row of the targets that was read, counted from 0
  ///     targets       how many rows there are of them
  ///     models        how many columns
  ///     pairs         count, invalid, infinite, mean, min, max, quantiles {"1": ..., "99.9": ...},
  ///                   quantilesAreExact (else they come from a sample of a million pairs), and
  ///                   leavesOutDiagonal: a set's rows are not compared with themselves in any of these
  ///     nearest       the pairs with the smallest values: [{"target", "targetLabel", "model",
  ///                   "modelLabel", "value"}]
  ///     farthest      the pairs with the largest finite values, likewise
  ///     matrix        of up to 20 rows and columns: {"rows": [names], "columns": [names], "values": [[...]]}
  ///     order         with --order: {"targets": [row, ...], "models": [row, ...]}, as they are shown
  ///     invalid       {"count": ..., "first": [{"row": ..., "side": ..., "reason": ...}]}
  ///     evaluatedOneByOne  the share of the pairs computed that were not left to a product of matrices
  ///     output, heatmap    the files written
  ///     rate          seconds, pairsPerSecond
  ///     threads, instructionSet, version
  struct Contents: Encodable {
    struct Pairs: Encodable {
      let count: Int
      let invalid: Int
      let infinite: Int
      let mean: Double
      let min: Double
      let max: Double
      let quantiles: [String: Double]
      let quantilesAreExact: Bool
      let leavesOutDiagonal: Bool
    }

    struct Entry: Encodable {
      let target: Int
      let targetLabel: String?
      let model: Int
      let modelLabel: String?
      let value: Double
    }

    struct Values: Encodable {
      let rows: [String]
      let columns: [String]
      let values: [[Double]]
    }

    struct Order: Encodable {
      let targets: [Int]
      let models: [Int]
    }

    let inputs: [String: InputReport]
    let measure: MeasureName
    let firstTarget: Int
    let targets: Int
    let models: Int
    let pairs: Pairs
    let nearest: [Entry]
    let farthest: [Entry]
    let matrix: Values?
    let order: Order?
    let invalid: InvalidRows
    let evaluatedOneByOne: Double
    let output: String?
    let heatmap: String?
    let rate: PairRate
    let threads: Int
    let instructionSet: String
    let version: String
  }
}

extension PairwiseReport.Contents.Entry {
  init(_ entry: PairwiseEntry, _ inputs: PairwiseInputs) {
    let (targets, models) = (inputs.targets.calls, inputs.models.calls)
    self.init(
      target: targets.rows.lowerBound + entry.target, targetLabel: targets.labels?[entry.target],
      model: models.rows.lowerBound + entry.model, modelLabel: models.labels?[entry.model],
      value: entry.value)
  }

  /// A table of pairs.
  static func lines(_ title: String, _ entries: [Self], symbol: String) -> [String] {
    guard !entries.isEmpty else { return [] }
    let isTargetLabelled = entries.contains { $0.targetLabel != nil }
    let isModelLabelled = entries.contains { $0.modelLabel != nil }
    let label = Table.Column(title: "label", alignsLeft: true)
    var table = Table(
      [.init(title: "  target")] + (isTargetLabelled ? [label] : []) + [.init(title: "model")]
        + (isModelLabelled ? [label] : []) + [.init(title: symbol)])
    for entry in entries {
      table.append(
        [String(entry.target)] + (isTargetLabelled ? [entry.targetLabel ?? ""] : [])
          + [String(entry.model)] + (isModelLabelled ? [entry.modelLabel ?? ""] : [])
          + [Format.value(entry.value)])
    }
    return ["", title] + table.lines(width: nil)
  }
}
