internal import Kullback

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
struct AllPairsReport: Encodable {
  struct MeasureName: Encodable {
    let name: String
    let symbol: String
    let unit: String
  }

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
  let invalid: EvaluationReport.Invalid
  let evaluatedOneByOne: Double
  let output: String?
  let heatmap: String?
  let rate: PairRate
  let threads: Int
  let instructionSet: String
  let version: String
}

/// How fast pairs were compared.
struct PairRate: Encodable {
  let seconds: Double
  let pairsPerSecond: Double

  init(_ shape: Shape, elapsed: Duration) {
    // A clock that did not move between two readings must not make the rate infinite.
    seconds = max(elapsed.seconds, 1e-9)
    pairsPerSecond = Double(shape.rows) * Double(shape.columns) / seconds
  }

  /// As in "289 pairs in 2.1 ms: 138 k pairs/s".
  func line(_ shape: Shape) -> String {
    "\(Format.count(shape.rows * shape.columns, "pair")) in \(Format.time(seconds)): "
      + Format.rate(pairsPerSecond, "pairs/s", isWord: true)
  }
}

extension AllPairsReport.Entry {
  init(_ entry: PairwiseEntry, _ inputs: PairInputs) {
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
