internal import Kullback

/// What is said of rows' right classes: perplexities, the change of the right class's probability, and its ranks.
///
/// Its JSON: count, ignored, invalid, infinite (rows that are left out because a side gives the right class no mass),
/// unit; perplexity {target, model, logRatio (in the unit), ratio, difference}, each {value, standardError}, with
/// groups of rows clusteredError too;
/// correlation of both sides' surprises; change, as a measure, and rootMeanSquareChange; ranks {target, model}, each
/// {"1", "5", "10", "meanReciprocal"}, the first three the shares of rows in which the right class is among so many.
struct LabelStatistics {
  /// What the labels are called.
  let name: String
  let perplexity: PerplexityComparison
  /// Rows with the ignored label.
  var ignored = 0
  /// Those of both sides, where they were looked for.
  var ranks: (target: RankSummary, model: RankSummary)?
  let unit: Unit

  private var logRatio: EstimateReport {
    let nats = perplexity.logRatio
    return EstimateReport(
      Estimate(
        value: unit.value(nats.value, of: .information),
        standardError: unit.value(nats.standardError, of: .information),
        clusteredError: nats.clusteredError.map { unit.value($0, of: .information) }))
  }

  private var change: MeasureReport {
    MeasureReport(
      name: "change", symbol: "q[label] - p[label]", unit: "", summary: perplexity.change,
      clusteredError: perplexity.meanChange.clusteredError)
  }

  /// The report's lines.
  func lines(width: Int?) -> [String] {
    var table = Table(
      [.init(title: "", alignsLeft: true), .init(title: "value")] + errorColumns)
    for (name, estimate) in [
      ("perplexity of the target", EstimateReport(perplexity.target)),
      ("perplexity of the model", EstimateReport(perplexity.model)),
      ("log of the model's over the target's, \(unit.name)", logRatio),
      ("the model's over the target's", EstimateReport(perplexity.ratio)),
      ("the model's less the target's", EstimateReport(perplexity.difference)),
      ("change of the label's probability", EstimateReport(perplexity.meanChange)),
      ("root of its mean square", EstimateReport(perplexity.rootMeanSquareChange)),
    ] {
      table.append([name] + estimate.cells)
    }
    table.append(
      ["correlation of the log-probabilities", Format.value(perplexity.correlation)]
        + errorColumns.map { _ in "" })
    return ["", "labels of \(name), over \(Format.count(perplexity.count, "row"))"]
      + leftOut + table.lines(width: width)
      + [""] + MeasureReport.table([change], width: width)
      + (ranks.map { [""] + rankTable($0, $1).lines(width: width) } ?? [])
  }

  private var leftOut: [String] {
    [
      (ignored, "with the ignored label"), (perplexity.invalid, "not valid"),
      (perplexity.infinite, "in which a side gives the label no mass"),
    ].filter { $0.0 > 0 }.map { "left out: \(Format.count($0.0, "row")) \($0.1)" }
  }

  private var errorColumns: [Table.Column] {
    EstimateReport.errorColumns(clustered: perplexity.groupCount != nil)
  }

  private func rankTable(_ p: RankSummary, _ q: RankSummary) -> Table {
    var table = Table(
      [.init(title: "the label is", alignsLeft: true), .init(title: "target")] + errorColumns
        + [.init(title: "model")] + errorColumns)
    let names = RankSummary.limits.map { $0 == 1 ? "the largest class" : "among the \($0) largest" }
    for (name, (first, second)) in zip(names, zip(p.shares, q.shares)) {
      table.append([name] + EstimateReport(first).cells + EstimateReport(second).cells)
    }
    table.append(
      ["mean of 1 / rank"] + EstimateReport(p.meanReciprocalRank).cells
        + EstimateReport(q.meanReciprocalRank).cells)
    return table
  }
}

extension LabelStatistics: Encodable {
  private enum Key: String, CodingKey {
    case count, ignored, invalid, infinite, unit, perplexity, correlation, change
    case rootMeanSquareChange, ranks
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(perplexity.count, forKey: .count)
    try container.encode(ignored, forKey: .ignored)
    try container.encode(perplexity.invalid, forKey: .invalid)
    try container.encode(perplexity.infinite, forKey: .infinite)
    try container.encode(unit.name, forKey: .unit)
    try container.encode(
      [
        "target": EstimateReport(perplexity.target), "model": EstimateReport(perplexity.model),
        "logRatio": logRatio, "ratio": EstimateReport(perplexity.ratio),
        "difference": EstimateReport(perplexity.difference),
      ], forKey: .perplexity)
    try container.encode(perplexity.correlation, forKey: .correlation)
    try container.encode(change, forKey: .change)
    try container.encode(
      EstimateReport(perplexity.rootMeanSquareChange), forKey: .rootMeanSquareChange)
    try container.encodeIfPresent(
      ranks.map { ["target": Self.ranks($0.target), "model": Self.ranks($0.model)] },
      forKey: .ranks)
  }

  private static func ranks(_ summary: RankSummary) -> [String: EstimateReport] {
    let shares = zip(RankSummary.limits, summary.shares).map { (String($0), EstimateReport($1)) }
    return Dictionary(uniqueKeysWithValues: shares).merging(
      ["meanReciprocal": EstimateReport(summary.meanReciprocalRank)]) { first, _ in first }
  }
}
