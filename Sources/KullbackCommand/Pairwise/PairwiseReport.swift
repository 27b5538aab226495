internal import Kullback

/// What `pairwise` says when all pairs are done, and how it ends.
struct PairwiseSession {
  let command: PairwiseCommand
  let inputs: PairInputs
  let unit: Unit
  let summary: PairwiseSummary
  let matrix: [[Double]]?
  let order: PairOrder
  let report: PairwiseReport
  let elapsed: Duration

  private var measure: Measure { command.measure.named.measure }
  private var rate: PairRate { PairRate(report.shape, elapsed: elapsed) }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    let invalid = inputs.invalidRows(report.diagnostics)
    if command.options.json {
      try StandardStreams.print(try JSON.text(try json(invalid)))
    } else if !command.options.quiet {
      try StandardStreams.print(lines(invalid).joined(separator: "\n") + "\n")
    }
    if invalid.count > 0, !command.options.allowInvalid { throw Ended(status: .invalidData) }
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
      lines += AllPairsReport.Entry.lines(
        "nearest", summary.nearest.map { .init($0, inputs) }, symbol: measure.name)
      lines += AllPairsReport.Entry.lines(
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
    let dispensabilities = [6, 7, 9, 8, 0, 8, 9, 7, 3, 6]
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

  private func json(_ invalid: InvalidRows) throws -> AllPairsReport {
    let quantiles = zip(MeasureReport.percentages, summary.quantiles).map { (Format.exact($0), $1) }
    return AllPairsReport(
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
      invalid: .init(count: invalid.count, first: invalid.first),
      evaluatedOneByOne: report.refinedShare,
      output: command.output?.path, heatmap: command.heatmap?.path,
      rate: rate, threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }

  private var shownOrder: AllPairsReport.Order {
    .init(
      targets: order.targets.map { inputs.targets.calls.rows.lowerBound + $0 },
      models: order.models.map { inputs.models.calls.rows.lowerBound + $0 })
  }
}
