internal import Kullback
internal import KullbackFiles

/// The work of `kullback entropy`.
struct EntropyRun {
  let command: EntropyCommand

  func run() throws {
    let options = command.options
    let started = ContinuousClock.now
    let file = try InputFile(
      command.file, command.set.table.options(.classes, form: command.set.form), isStreamed: true)
    try command.output?.check(against: [file])
    let set = try file.distributions(command.set.form, command.set)
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    let bytesPerRow = set.classes * set.matrix.kind.byteCount
    let session = EvaluateReport(
      inputs: [("set", InputReport(file, set))],
      evaluation: StreamedEvaluation(
        quantities: [
          .init(name: "entropy", symbol: "H(p)", dimension: .information, isDivergence: false)
        ],
        unit: try command.base.unit, rows: rows,
        bytesPerRow: bytesPerRow,
        blockBytes: try Blocks.targetBytes([file], bytesPerRow: bytesPerRow),
        output: command.output, isQuiet: options.quiet, started: started),
      options: options, isWide: command.wide, labels: file.rowLabels)
    if !options.quiet { FormHint.give(file, set, option: "--form") }
    try session.run { range, progress in
      let results = try evaluateEntropy(of: set[range], threads: options.threads)
      progress(range.count)
      return StreamedEvaluation.Block(
        columns: [results.values],
        invalidCount: results.diagnostics.invalidCount,
        invalid: InvalidRows.entries(results.diagnostics, from: range.lowerBound))
    }
  }
}
