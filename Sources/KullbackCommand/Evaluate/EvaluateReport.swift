internal import Kullback

/// What `evaluate`, `entropy`, `cross-entropy` and `family` say when all rows are done, and how they end.
struct EvaluateReport {
  /// The inputs with their names in the report, in its order.
  let inputs: [(name: String, report: InputReport)]
  let run: RowwiseRun
  let outcome: RowwiseRun.Outcome
  let invalid: InvalidRows
  let isWide: Bool
  /// What the file's rows are called.
  let captions: RowCaptions?
  /// What is to be said of a base file.
  var tails: BaseFileTails?
  /// What else is to be said of class labels.
  var scores: LabelScores?
  /// What a target and a model make of class labels.
  var labelStatistics: LabelStatistics?
  /// The largest classes of the worst rows, where classes have names.
  var worstClasses: WorstClasses?
  /// What storing the target's logits costs, where that is asked for.
  var resolution: ResolutionReport?

  private var stream: EvaluationStream { outcome.stream }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    try run.options.tell(try contents(), lines: lines())
    try run.options.end(with: invalid)
  }

  private func contents() throws -> Contents {
    Contents(
      inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.report) }),
      firstRow: run.rows.lowerBound,
      rows: run.rows.count,
      leftOut: leftOut,
      unit: run.unit.name,
      measures: measures,
      groups: groups,
      worst: worst,
      invalid: invalid,
      labels: scores,
      baseFile: tails,
      labelStatistics: labelStatistics,
      worstClasses: worstClasses,
      resolution: resolution,
      rate: outcome.rate,
      threads: run.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet,
      version: KullbackTool.version)
  }

  private func lines() -> [String] {
    let width = isWide ? nil : Terminal.width
    var lines = InputReport.lines(inputs)
    lines += ["", "over \(valid)"]
    lines += MeasureReport.table(measures, width: width)
    if isWide { lines += MeasureReport.intervals(measures) }
    if let groups { lines.append(groups.line) }
    if measures.contains(where: { !$0.summary.quantilesAreExact }) {
      lines.append("quantiles of so many rows have a relative error of up to 0.05 %")
    }
    if let scores { lines += scores.lines }
    if let tails { lines += tails.lines }
    if let resolution { lines += resolution.lines }
    if let labelStatistics { lines += labelStatistics.lines(width: width) }
    if run.rows.count > 1 {
      lines += worst.lines(measures: run.quantities.map(\.name), width: width)
    }
    if let worstClasses { lines += worstClasses.lines }
    lines += invalid.lines(of: run.rows.count)
    if outcome.resumed > 0 {
      lines += [
        "", "the first \(Format.count(outcome.resumed, "row")) were done by an earlier run",
      ]
    }
    lines += ["", outcome.rate.line(rows: run.rows.count - outcome.resumed)]
    return lines
  }

  /// Rows that were to be left out.
  private var leftOut: Int? {
    let count = stream.rowsLeftOut - (scores?.ignored ?? 0)
    return count == 0 ? nil : count
  }

  private var valid: String {
    let (all, first) = (run.rows.count, run.rows.lowerBound)
    let (ignored, leftOut) = (scores?.ignored ?? 0, self.leftOut ?? 0)
    let rows = Format.count(all - invalid.count - ignored - leftOut, "valid row")
    let of = invalid.count + ignored + leftOut == 0 ? "" : " of \(Format.count(all))"
    return rows + of + (leftOut == 0 ? "" : ", \(Format.count(leftOut)) left out")
      + (first == 0 ? "" : ", from row \(first) on")
  }

  private var measures: [MeasureReport] {
    run.quantities.map { quantity in
      MeasureReport(
        name: quantity.name, symbol: quantity.symbol,
        unit: run.unit.label(for: quantity.measure.dimension),
        summary: stream.summary(of: quantity.measure),
        isAgreement: quantity.measure.isAgreement,
        isIndicator: quantity.measure == .topAgreement,
        clusteredError: stream.clusteredError(of: quantity.measure))
    }
  }

  /// The groups by which errors are clustered.
  private var groups: GroupReport? {
    run.quantities.first.flatMap { stream.groupCount(of: $0.measure) }.map {
      GroupReport(by: run.groupName, count: $0)
    }
  }

  private var worst: Contents.Worst {
    let names = run.quantities.map(\.name)
    let leading = run.quantities.first { $0.measure == stream.worstBy }
    return Contents.Worst(
      by: leading?.name ?? "", isSmallest: leading?.measure.isAgreement ?? false,
      rows: stream.worstRows.map { row in
        Contents.Worst.Row(
          row: row.row, label: captions?(row.row),
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
  ///                   are no distributions, columns; dimensions, of an array that has more than two; files, of
  ///                   several
  ///     firstRow      the first row that was read, counted from 0
  ///     rows          how many rows were read
  ///     leftOut       only where some were: how many of them are in nothing, by --mask and --skip-positions
  ///     unit          what divergences and entropies are measured in
  ///     measures      an array in the order asked: name, symbol, unit, count, invalid, infinite, mean,
  ///                   standardError, standardDeviation, min, max, maxRow (null of agreements, which are
  ///                   best where they are largest), quantiles {"1": ..., "99.9": ...} (none of top-agreement),
  ///                   quantilesAreExact (else their relative error is at most 0.05 %), quantileIntervals
  ///                   {"1": [from, to], ...}, in which they lie with 95 % where rows are independent (null: no
  ///                   bound, for want of rows), and with groups clusteredError
  ///     groups        only with --block or --groups: by what, and the count of those with a row that counts
  ///     worst         the rows with the largest values of one measure, or the smallest of an agreement; without
  ///                   those that are the same: {"by": name, "rows": [{"row": ..., "label": ...,
  ///                   "values": {name: value}}]}
  ///     invalid       {"count": ..., "first": [{"row": ..., "side": ..., "reason": ...}]}
  ///     labels        only of class labels: ignored, how many rows were; weightedMean, the sum of the values
  ///                   over the sum of the labels' class weights
  ///     baseFile      only of a base file of llama.cpp: window, clampedRows, meanMergedMass, largestMergedMass,
  ///                   largestStep, tokensLeftOut
  ///     labelStatistics  only of evaluate with labels: as `LabelStatistics` says
  ///     worstClasses  only of evaluate with names of classes: as `WorstClasses` says
  ///     resolution    only of evaluate where that is asked for: as `ResolutionReport` says
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
      /// Whether small values are the bad ones.
      let isSmallest: Bool
      let rows: [Row]

      private enum CodingKeys: CodingKey {
        case by, rows
      }
    }

    let inputs: [String: InputReport]
    let firstRow: Int
    let rows: Int
    let leftOut: Int?
    let unit: String
    let measures: [MeasureReport]
    let groups: GroupReport?
    let worst: Worst
    let invalid: InvalidRows
    let labels: LabelScores?
    let baseFile: BaseFileTails?
    let labelStatistics: LabelStatistics?
    let worstClasses: WorstClasses?
    let resolution: ResolutionReport?
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
    return ["", "\(isSmallest ? "smallest" : "largest") \(by) (rows are counted from 0)"]
      + table.lines(width: width)
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
