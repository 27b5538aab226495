internal import Kullback

/// The work of `kullback entropy`.
struct RowEvaluation {
  let command: EntropyCommand

  func run() throws {
    let options = command.options
    let file = try InputFile(command.file)
    try command.output?.check(against: [file])
    let set = try file.distributions(command.set.form, command.set)
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    let session = EvaluationSession(
      inputs: [("set", InputReport(file, set))],
      evaluation: StreamedEvaluation(
        quantities: [
          .init(name: "entropy", symbol: "H(p)", dimension: .information, isDivergence: false)
        ],
        unit: try command.base.unit, rows: rows,
        bytesPerRow: set.classes * set.matrix.kind.byteCount, output: command.output,
        isQuiet: options.quiet),
      options: options, isWide: command.wide, labels: file.rowLabels)
    if !options.quiet { FormHint.give(file, set, option: "--form") }
    try session.run { range, progress in
      // The set beside itself: its own entropy is the target's.
      let results = try evaluate(
        target: set[range], model: set[range], measures: [.targetEntropy],
        threads: options.threads
      ) { done, _ in progress(done) }
      return StreamedEvaluation.Block(
        columns: [results[.targetEntropy]],
        invalidCount: results.diagnostics.invalidCount,
        invalid: results.diagnostics.invalidRows.filter { $0.side == .target }
          .prefix(InvalidRows.named).map { entry in
            InvalidRows.Entry(
              row: range.lowerBound + entry.row, side: nil, reason: entry.reason.description)
          })
    }
  }
}
