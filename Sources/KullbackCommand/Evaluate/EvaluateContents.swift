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
struct EvaluationReport: Encodable {
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

  /// The invalid rows.
  struct Invalid: Encodable {
    let count: Int
    let first: [InvalidRows.Entry]
  }

  /// What is said of class labels beside the summary.
  struct LabelScores: Encodable {
    let ignored: Int
    let weightedMean: Double
  }

  let inputs: [String: InputReport]
  let firstRow: Int
  let rows: Int
  let unit: String
  let measures: [MeasureReport]
  let worst: Worst
  let invalid: Invalid
  let labels: LabelScores?
  let rate: Rate
  let threads: Int
  let instructionSet: String
  let version: String
}

extension EvaluationReport.Worst {
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

extension EvaluationReport.LabelScores {
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
