internal import Kullback

/// What `compare` says when all rows are done, and how it ends.
struct CompareReport {
  let command: CompareCommand
  let inputs: CompareInputs
  let rows: Range<Int>
  let unit: Unit
  let found: CompareRun.Found
  let rate: Rate

  private var models: [String] { inputs.models.map(\.file.name) }

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    try command.options.tell(try contents(), lines: lines())
    try command.options.end(with: found.invalid)
  }

  private func lines() -> [String] {
    let width = Terminal.width
    var lines = InputReport.lines(
      [("target", inputs.target.report)]
        + inputs.models.map { ("model", InputReport($0.file, $0.set)) }
        + (found.labels?.report.map { [("labels", $0)] } ?? []))
    if case .base = inputs.target {
      lines += [
        "",
        "classes that the base file leaves out are one class on both sides: divergences are lower bounds",
      ]
    }
    for measure in found.measures { lines += measure.lines(models: models, width: width) }
    if let labels = found.labels { lines += labels.lines(models: models, width: width) }
    if let groups { lines += ["", groups.line] }
    lines += found.invalid.lines(of: rows.count)
    return lines + ["", rate.line(rows: rows.count)]
  }

  private var groups: GroupReport? {
    found.measures.first?.comparison.groupCount.map {
      GroupReport(by: command.groups.name, count: $0)
    }
  }

  private func contents() throws -> Contents {
    Contents(
      target: inputs.target.report,
      models: inputs.models.map { InputReport($0.file, $0.set) },
      firstRow: rows.lowerBound, rows: rows.count, unit: unit.name,
      measures: found.measures.map { $0.report(models: models) },
      labels: found.labels?.report(models: models), groups: groups, invalid: found.invalid,
      rate: rate, threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }

  /// Everything that `compare` says about its work. Its JSON is this:
  ///
  ///     target, models  the inputs, as `evaluate` has them
  ///     firstRow, rows, unit, invalid, rate, threads, instructionSet, version   likewise; an invalid row's side is
  ///                   "target" or the name of a model
  ///     measures      an array in the order asked: name, symbol, unit, count (rows valid in all models), models,
  ///                   the nearest first: [{"model", "summary" (as in `evaluate`)}], and differences of all pairs:
  ///                   [{"first", "second", "difference": {value, standardError, clusteredError} (the first's mean
  ///                   less the second's), "nearer", "farther" (shares of rows in which the first is, and the second),
  ///                   "infinite" (rows that the difference leaves out), "told" (from 0, by 1.96 errors)}]
  ///     labels        only with --labels: ignored, infinite (rows that no perplexity is over, because the target or a
  ///                   model gives the label no mass), target (its perplexity), models, the least loss first: [{"model",
  ///                   "count", "perplexity", "ratio", "difference", "correlation", "change",
  ///                   "rootMeanSquareChange"}], and loss, -log q[label], as a measure
  ///     groups        only with --block or --groups: by what, and their count
  struct Contents: Encodable {
    let target: InputReport
    let models: [InputReport]
    let firstRow: Int
    let rows: Int
    let unit: String
    let measures: [ComparedMeasure.Contents]
    let labels: ComparedLabels.Contents?
    let groups: GroupReport?
    let invalid: InvalidRows
    let rate: Rate
    let threads: Int
    let instructionSet: String
    let version: String
  }
}
