/// Everything that `nearest` says about its work. Its JSON is this:
///
///     inputs        {"queries": {...}, "set": {...}}, or {"set": {...}} of a set that is searched itself; as
///                   in `evaluate`
///     measure       name, symbol, unit: the target is the query, the model a row of the set
///     k, within     what was looked for
///     queries       [{"query", "label", "neighbours": [{"row", "label", "value"}]}], rows counted from 0
///     nearest       what the values of the first neighbours say together, as in `evaluate`'s measures
///     invalid       {"count": ..., "first": [{"row": ..., "side": ..., "reason": ...}]}
///     output        the file written
///     rate          seconds, pairsPerSecond
///     threads, instructionSet, version
struct NearestReport: Encodable {
  struct Neighbour: Encodable {
    let row: Int
    let label: String?
    let value: Double
  }

  struct Query: Encodable {
    let query: Int
    let label: String?
    let neighbours: [Neighbour]
  }

  let inputs: [String: InputReport]
  let measure: AllPairsReport.MeasureName
  let k: Int?
  let within: Double?
  let queries: [Query]
  let nearest: MeasureReport
  let invalid: EvaluationReport.Invalid
  let output: String?
  let rate: PairRate
  let threads: Int
  let instructionSet: String
  let version: String
}

extension NearestReport {
  private static let longestName = 16

  /// How many of so many queries are printed: of more than 40 the first 20.
  static func printed(of count: Int) -> Int { count > 40 ? 20 : count }

  /// The table of the report's queries, out of `count`: each with as many neighbours as there is room for.
  func table(of count: Int, width: Int) -> [String] {
    let shown = queries
    let ranks = shown.map(\.neighbours.count).max() ?? 0
    let isLabelled = shown.contains { $0.label != nil }
    var table = Table(
      [.init(title: "query")] + (isLabelled ? [.init(title: "label", alignsLeft: true)] : [])
        + (0..<ranks).map { .init(title: "\($0 + 1).", alignsLeft: true, dispensability: $0) })
    for query in shown {
      let cells = query.neighbours.map { neighbour in
        short(neighbour.label ?? String(neighbour.row)) + " "
          + Format.value(neighbour.value, digits: 4)
      }
      table.append(
        [String(query.query)] + (isLabelled ? [short(query.label ?? "")] : []) + cells
          + [String](repeating: "", count: ranks - cells.count))
    }
    let hidden = table.columnsLeftOut(width: width)
    let more = count - shown.count
    return table.lines(width: width)
      + (hidden > 0
        ? ["... and \(Format.count(hidden, "neighbour")) more of each: --output writes all"] : [])
      + (more > 0 ? ["... and \(Format.count(more, "more query")): --output writes all"] : [])
  }

  private func short(_ name: String) -> String {
    name.count > Self.longestName ? name.prefix(Self.longestName - 1) + "…" : name
  }
}
