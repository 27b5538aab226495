internal import Kullback

/// What `evaluate`, `entropy` and `cross-entropy` have in common around their loops: what is reported,
/// and how the command ends.
struct EvaluateReport {
  /// The inputs with their names in the report, in its order.
  let inputs: [(name: String, report: InputReport)]
  let evaluation: StreamedEvaluation
  let options: RunOptions
  let isWide: Bool
  /// The labels of the file's rows, where it has some.
  let labels: [String]?
  /// What else is to be said of the results, once all rows are done.
  var remark: () -> LabelScores? = { nil }

  /// Evaluates, reports, and throws how the command ends when rows were invalid.
  func run(
    _ evaluate: (Range<Int>, @escaping (Int) -> Void) throws -> StreamedEvaluation.Block
  ) throws {
    let outcome = try evaluation.run(evaluate)
    try options.tell(try contents(outcome), lines: lines(outcome))
    try options.end(with: outcome.invalid)
  }

  private func contents(_ outcome: StreamedEvaluation.Outcome) throws -> Contents {
    Contents(
      inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.report) }),
      firstRow: evaluation.rows.lowerBound,
      rows: evaluation.rows.count,
      unit: evaluation.unit.name,
      measures: measures(outcome),
      worst: worst(outcome),
      invalid: outcome.invalid,
      labels: remark(),
      rate: outcome.rate,
      threads: options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet,
      version: KullbackTool.version)
  }

  private func lines(_ outcome: StreamedEvaluation.Outcome) -> [String] {
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
    return lines
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

  private func worst(_ outcome: StreamedEvaluation.Outcome) -> Contents.Worst {
    let names = evaluation.quantities.map(\.name)
    return Contents.Worst(
      by: names[evaluation.leading],
      rows: outcome.worst.rows.map { row in
        Contents.Worst.Row(
          row: row.row, label: labels.map { $0[row.row] },
          values: Dictionary(uniqueKeysWithValues: zip(names, row.values)))
      })
  }
}

extension EvaluateReport {
  /// What is said of class labels beside the summary.
  struct LabelScores: Encodable {
    let ignored: Int
    let weightedMean: Double
  }

  /// Everything that `evaluate` and `entropy` say about their work. Its JSON is this:
  ///
  ///     inputs        {"target": {...}, "model": {...}}: file, rows, columns, type, form, and, each where it
  ///                   applies, temperature, smoothing, tolerance, parameters, convertedFrom, reordered (what
  ///                   was put in the other input's order by name: "columns", "rows"), byPosition (what was
  ///                   not, by --by-position, though it is called otherwise), and of text table: header,
  ///                   labelColumns (from 1), leftOutColumns, transposed, long, and classes or, of what
  ///                   are no distributions, columns
  ///     firstRow      the first row that was read, counted from 0
  ///     rows          how many rows were read
  ///     unit          what divergences and entropies are measured in
  ///     measures      an array in the order asked: name, symbol, unit, count, invalid, infinite, mean,
  ///                   standardError, standardDeviation, min, max, maxRow, quantiles {"1": ..., "99.9": ...},
  ///                   quantilesAreExact (else their relative error is at most 0.05 %)
  ///     worst         the rows with the largest values of one measure: {"by": name, "rows": [{"row": ...,
  ///                   "label": ..., "values": {name: value}}]}
  ///     invalid       {"count": ..., "first": [{"row": ..., "side": ..., "reason": ...}]}
  ///     labels        only of class labels: ignored, how many rows were; weightedMean, the sum of the values
  ///                   over the sum of the labels' class weights
  ///     rate          seconds from the first byte of an input to the last result, rowsPerSecond,
  ///                   bytesPerSecond of the numbers that were read
  ///     threads, instructionSet, version
  struct Contents: Encodable {
    /// The worst rows, by one measure.
    struct Worst: Encodable {
      struct Row: Encodable {
        let row: Int
        let label: String?
        let values: [String: Double]
      }
      let by: String
      let rows: [Row]
    }

    let inputs: [String: InputReport]
    let firstRow: Int
    let rows: Int
    let unit: String
    let measures: [MeasureReport]
    let worst: Worst
    let invalid: InvalidRows
    let labels: LabelScores?
    let rate: Rate
    let threads: Int
    let instructionSet: String
    let version: String
  }
}

extension EvaluateReport.Contents.Worst {
  /// The report's lines: one row each, with its values of as many measures as there is room for.
  func lines(measures: [String], width: Int?) -> [String] {
    guard !rows.isEmpty else { return [] }
    let isLabelled = rows.contains { $0.label != nil }
    var columns = [Table.Column(title: "  row")]
    if isLabelled { columns.append(.init(title: "label", alignsLeft: true)) }
    for (index, measure) in measures.enumerated() {
      columns.append(.init(title: measure, dispensability: measure == by ? 0 : index + 1))
    }
    var table = Table(columns)
    for row in rows {
      table.append(
        [String(row.row)] + (isLabelled ? [row.label ?? ""] : [])
          + measures.map { Format.value(row.values[$0] ?? .nan) })
    }
    return ["", "largest \(by) (rows are counted from 0)"] + table.lines(width: width)
  }
}

extension EvaluateReport.LabelScores {
  /// The report's lines.
  var lines: [String] {
    let value = Format.value(weightedMean)
    let mean = "weighted mean \(value): the sum of the values over that of the weights"
    guard ignored > 0 else { return [mean] }
    return [
      mean,
      "\(Format.count(ignored, "row")) \(ignored == 1 ? "has the ignored label and is" : "have the ignored label and are")"
        + " in no mean",
    ]
  }
}
