internal import Kullback

/// What `nearest` says when it is done, and how it ends.
struct NearestSession {
  let command: NearestCommand
  let inputs: PairInputs
  let unit: Unit
  let found: Neighbours
  let elapsed: Duration

  private var measure: Measure { command.measure.named.measure }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    let invalid = inputs.invalidRows(found.report.diagnostics)
    if command.options.json {
      try StandardStreams.print(try JSON.text(try report(invalid, queries: found.queries)))
    } else if !command.options.quiet {
      let shown = NearestReport.printed(of: found.queries)
      let lines = lines(try report(invalid, queries: shown), invalid)
      try StandardStreams.print(lines.joined(separator: "\n") + "\n")
    }
    if invalid.count > 0, !command.options.allowInvalid { throw Ended(status: .invalidData) }
  }

  private func lines(_ report: NearestReport, _ invalid: InvalidRows) -> [String] {
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
  private func report(_ invalid: InvalidRows, queries count: Int) throws -> NearestReport {
    let (queries, rows) = (inputs.targets.calls, inputs.models.calls)
    let label = unit.label(for: measure.dimension)
    let value = { unit.value($0, of: measure.dimension) }
    var summary = Summary()
    for query in 0..<found.queries {
      if let first = found[query].first {
        summary.add(value(first.value), row: queries.rows.lowerBound + query)
      }
    }
    return NearestReport(
      inputs: Dictionary(uniqueKeysWithValues: reports.map { ($0.name, $0.report) }),
      measure: .init(name: measure.name, symbol: measure.notation, unit: label),
      k: command.within == nil ? command.k ?? NearestWork.defaultCount : nil,
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
      invalid: .init(count: invalid.count, first: invalid.first), output: command.output?.path,
      rate: PairRate(found.report.shape, elapsed: elapsed),
      threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }
}
