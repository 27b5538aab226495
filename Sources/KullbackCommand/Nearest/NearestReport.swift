internal import Kullback

/// What `nearest` says when it is done, and how it ends.
struct NearestReport {
  let command: NearestCommand
  let inputs: PairwiseInputs
  let unit: Unit
  let found: Neighbours
  let elapsed: Duration

  private var measure: Measure { command.measure.named.measure }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    let invalid = inputs.invalidRows(found.report.diagnostics)
    let shown = Contents.printed(of: found.queries)
    try command.options.tell(
      try contents(invalid, queries: found.queries),
      lines: lines(try contents(invalid, queries: shown), invalid))
    try command.options.end(with: invalid)
  }

  private func lines(_ report: Contents, _ invalid: InvalidRows) -> [String] {
    let shape = found.report.shape
    // A set that is searched itself has one row fewer for each of them.
    let others = shape.columns - (inputs.isItself ? 1 : 0)
    let rows = Format.count(others, inputs.isItself ? "other row" : "row")
    let what =
      report.within.map { "all of \(rows) within \(Format.exact($0))" }
      ?? ((report.k ?? 0) < others
        ? "the \(Format.count(report.k ?? 0)) nearest of \(rows)"
        : "all \(rows), the nearest first")
    let unit = report.measure.unit.isEmpty ? "" : "  \(report.measure.unit)"
    var lines = InputReport.lines(reports)
    lines += [
      "",
      "\(report.measure.name)  \(report.measure.symbol)\(unit)  "
        + "\(Format.count(shape.rows, "query")) as targets; \(what)",
      "",
    ]
    lines += report.table(of: found.queries, width: Terminal.width)
    if shape.rows > 1 {
      lines += ["", "the first neighbours of all queries"]
      lines += MeasureReport.table([report.nearest], width: Terminal.width)
    }
    lines += invalid.lines(of: inputs.isItself ? shape.rows : shape.rows + shape.columns)
    lines += ["", report.rate.line(shape)]
    if let path = report.output { lines.append("written: \(path)") }
    return lines
  }

  private var reports: [(name: String, report: InputReport)] {
    inputs.isItself
      ? [("set", inputs.targets.report)]
      : [("queries", inputs.targets.report), ("set", inputs.models.report)]
  }

  /// What is said, with the neighbours of the first `count` queries.
  private func contents(_ invalid: InvalidRows, queries count: Int) throws -> Contents {
    let (queries, rows) = (inputs.targets.calls, inputs.models.calls)
    let label = unit.label(for: measure.dimension)
    let value = { unit.value($0, of: measure.dimension) }
    var summary = Summary()
    for query in 0..<found.queries {
      if let first = found[query].first {
        summary.add(value(first.value), row: queries.rows.lowerBound + query)
      }
    }
    return Contents(
      inputs: Dictionary(uniqueKeysWithValues: reports.map { ($0.name, $0.report) }),
      measure: .init(name: measure.name, symbol: measure.notation, unit: label),
      k: command.within == nil ? command.k ?? NearestRun.defaultCount : nil,
      within: command.within,
      queries: (0..<count).map { query in
        .init(
          query: queries.rows.lowerBound + query, label: queries.labels?[query],
          neighbours: found[query].map { neighbour in
            .init(
              row: rows.rows.lowerBound + neighbour.row, label: rows.labels?[neighbour.row],
              value: value(neighbour.value))
          })
      },
      nearest: MeasureReport(
        name: measure.name, symbol: measure.notation, unit: label, summary: summary),
      invalid: invalid, output: command.output?.path,
      rate: PairRate(found.report.shape, elapsed: elapsed),
      threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }
}

extension NearestReport {
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
  struct Contents: Encodable {
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
    let measure: MeasureName
    let k: Int?
    let within: Double?
    let queries: [Query]
    let nearest: MeasureReport
    let invalid: InvalidRows
    let output: String?
    let rate: PairRate
    let threads: Int
    let instructionSet: String
    let version: String
  }
}

extension NearestReport.Contents {
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
