internal import Kullback

/// What `evaluate`, `entropy` and `cross-entropy` have in common around their loops: what is reported,
/// and how the command ends.
struct EvaluationSession {
  /// The inputs with their names in the report, in its order.
  let inputs: [(name: String, report: InputReport)]
  let evaluation: StreamedEvaluation
  let options: RunOptions
  let isWide: Bool
  /// The labels of the file's rows, where it has some.
  let labels: [String]?
  /// What else is to be said of the results, once all rows are done.
  var remark: () -> EvaluationReport.LabelScores? = { nil }

  /// Evaluates, reports, and throws how the command ends when rows were invalid.
  func run(
    _ evaluate: (Range<Int>, @escaping (Int) -> Void) throws -> StreamedEvaluation.Block
  ) throws {
    let outcome = try evaluation.run(evaluate)
    if options.json {
      try StandardStreams.print(try JSON.text(try report(outcome)))
    } else if !options.quiet {
      try StandardStreams.print(text(outcome))
    }
    if outcome.invalid.count > 0, !options.allowInvalid { throw Ended(status: .invalidData) }
  }

  private func report(_ outcome: StreamedEvaluation.Outcome) throws -> EvaluationReport {
    EvaluationReport(
      inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.report) }),
      firstRow: evaluation.rows.lowerBound,
      rows: evaluation.rows.count,
      unit: evaluation.unit.name,
      measures: measures(outcome),
      worst: worst(outcome),
      invalid: .init(count: outcome.invalid.count, first: outcome.invalid.first),
      labels: remark(),
      rate: outcome.rate,
      threads: options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet,
      version: KullbackTool.version)
  }

  private func text(_ outcome: StreamedEvaluation.Outcome) -> String {
    let width = isWide ? nil : Terminal.width
    let names = evaluation.quantities.map(\.name)
    var lines = InputReport.lines(inputs)
    lines += ["", "over \(valid(outcome))"]
    lines += MeasureReport.table(measures(outcome), width: width)
    if outcome.summaries.contains(where: { !$0.quantilesAreExact }) {
      lines.append("quantiles of so many rows have a relative error of up to 0.05 %")
    }
    if let remark = remark() { lines += remark.lines }
    if evaluation.rows.count > 1 {
      lines += worst(outcome).lines(measures: names, width: width)
    }
    lines += outcome.invalid.lines(of: evaluation.rows.count)
    lines += ["", outcome.rate.line(rows: evaluation.rows.count)]
    return lines.joined(separator: "\n") + "\n"
  }

  private func valid(_ outcome: StreamedEvaluation.Outcome) -> String {
    let (all, first) = (evaluation.rows.count, evaluation.rows.lowerBound)
    let ignored = remark()?.ignored ?? 0
    let rows = Format.count(all - outcome.invalid.count - ignored, "valid row")
    let of = outcome.invalid.count + ignored == 0 ? "" : " of \(Format.count(all))"
    return rows + of + (first == 0 ? "" : ", from row \(first) on")
  }

  private func measures(_ outcome: StreamedEvaluation.Outcome) -> [MeasureReport] {
    zip(evaluation.quantities, outcome.summaries).map { quantity, summary in
      MeasureReport(
        name: quantity.name, symbol: quantity.symbol,
        unit: evaluation.unit.label(for: quantity.dimension), summary: summary)
    }
  }

  private func worst(_ outcome: StreamedEvaluation.Outcome) -> EvaluationReport.Worst {
    let names = evaluation.quantities.map(\.name)
    return EvaluationReport.Worst(
      by: names[evaluation.leading],
      rows: outcome.worst.rows.map { row in
        EvaluationReport.Worst.Row(
          row: row.row, label: labels.map { $0[row.row] },
          values: Dictionary(uniqueKeysWithValues: zip(names, row.values)))
      })
  }
}
