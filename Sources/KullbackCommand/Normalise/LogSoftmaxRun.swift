internal import Kullback
internal import KullbackFiles

/// The work of `kullback log-softmax`.
struct LogSoftmaxRun {
  let command: LogSoftmaxCommand

  func run() throws {
    let options = command.options
    let started = ContinuousClock.now
    let file = try InputFile(
      command.input, command.reading(.classes, form: command.set.form),
      isStreamed: true)
    let set = try file.distributions(command.set.form, command.set)
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    if !options.quiet { FormHint.give(file, set, option: "--form") }
    switch set.matrix.kind {
    case .float64, .int32, .int64: try write(file, set, rows, since: started, as: Double.self)
    case .float32, .float16, .bfloat16:
      try write(file, set, rows, since: started, as: Float.self)
    }
  }

  private func write<Element: LogitElement>(
    _ file: InputFile, _ set: DistributionSet, _ rows: Range<Int>,
    since started: ContinuousClock.Instant, as type: Element.Type
  ) throws {
    let options = command.options
    let bytesPerRow = set.classes * (set.matrix.kind.byteCount + MemoryLayout<Element>.size)
    // Blocks of a quarter: a block's results are held as well as read.
    let targetBytes = try Blocks.targetBytes([file], bytesPerRow: bytesPerRow) / 4
    let output = try Output(
      NPYWriter(
        path: command.output.path, rows: rows.count, columns: set.classes,
        kind: Element.elementKind))
    let progress = Progress(total: rows.count, quiet: options.quiet)
    var invalid = InvalidRows()
    do {
      for range in Blocks(rows, bytesPerRow: bytesPerRow, targetBytes: targetBytes) {
        let block =
          command.softmax
          ? try set[range].probabilities(as: Element.self, threads: options.threads)
          : try set[range].logProbabilities(as: Element.self, threads: options.threads)
        let values = AnyMatrix(block.values)
        try output.write { writer throws(FileError) in try writer.append(values) }
        invalid.add(
          InvalidRows.entries(block.diagnostics, from: range.lowerBound),
          count: block.diagnostics.invalidCount)
        progress.update(range.upperBound - rows.lowerBound)
      }
      try output.finish()
    } catch {
      progress.finish()
      output.discard()
      throw error
    }
    progress.finish()
    let rate = Rate(
      rows: rows.count, bytes: rows.count * bytesPerRow, elapsed: ContinuousClock.now - started)
    let report = LogSoftmaxReport(
      input: InputReport(file, set), output: command.output.path,
      written: command.softmax ? "probabilities" : "log-probabilities", invalid: invalid, rate: rate
    )
    try options.tell(report, lines: report.lines(of: rows.count))
    try options.end(with: invalid)
  }
}
