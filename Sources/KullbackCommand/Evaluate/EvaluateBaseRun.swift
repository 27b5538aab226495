internal import Kullback
internal import KullbackFiles

/// The work of `kullback evaluate` where the target is a base file of llama.cpp.
struct EvaluateBaseRun {
  let command: EvaluateCommand

  func run() throws {
    let started = ContinuousClock.now
    guard command.labels.file == nil, command.tokens == nil, !command.resolution,
      command.sharing.isNone
    else {
      throw Failure(
        .usage,
        "a base file has its labels itself: no --labels, and neither --tokens, --resolution, --shard, --partial nor --resume"
      )
    }
    let target = try BaseFile(command.target)
    let model = try openModel()
    guard model.shape.columns == target.distributions.classes,
      model.shape.rows == target.distributions.count || model.shape.rows == 1
    else {
      throw Failure(
        KullbackError.shapeMismatch(target: target.distributions.shape, model: model.shape),
        in: "\(command.target), \(command.model)")
    }
    switch command.baseFile {
    case .bounded: try evaluate(target, model, started)
    case .exactTool: try repeatTool(target, model, started)
    }
  }

  private func openModel() throws -> RowSource {
    let (set, form) = (command.set, command.modelForm ?? command.set.form)
    guard !LlamaBaseFile.isThat(command.model.text) else {
      return .base(try BaseFile(command.model))
    }
    guard form == .logits || form == .logProbabilities else {
      throw Failure(
        .usage,
        "\(command.model): beside a base file stand logits or log-probabilities, not \(form)")
    }
    let file = try InputFile(
      command.model, command.reading(.classes, form: form), isStreamed: true)
    return .file(RowSource.Side(file: file, set: try file.rowSet(form, set)))
  }

  private func rows(of target: BaseFile) throws -> Range<Int> {
    try command.set.rows?.resolved(count: target.distributions.count)
      ?? 0..<target.distributions.count
  }

  // MARK: A lower bound

  private func evaluate(
    _ target: BaseFile, _ model: RowSource, _ started: ContinuousClock.Instant
  ) throws {
    let rows = try rows(of: target)
    let leftOut = try command.selection.rowsLeftOut(
      of: target.distributions.count, positions: target.file.rowsPerChunk, in: target.name)
    let run = RowwiseRun(
      quantities: command.measures.measures.map { .init($0) }, unit: try command.base.unit,
      rows: rows, bytesPerRow: target.bytesPerRow + model.bytesPerRow,
      blockBytes: BaseFile.blockBytes, cuts: model.cuts, output: command.output,
      options: command.options, started: started,
      groups: try command.groups.rowGroups(of: target.name, rows: target.distributions.count),
      groupName: command.groups.name)
    var tails = BaseFileTails(window: target.distributions.window)
    let threads = command.options.threads
    var perplexity = PerplexityComparison(groups: run.groups)
    let outcome = try run.run { stream, range, progress in
      let part = target.distributions[range]
      let merged =
        switch model {
        case .file(let side):
          try part.merged(with: side.set.rows(range), threads: threads)
        case .base(let base): try part.merged(with: base.distributions[range], threads: threads)
        }
      let next = Array(target.file.nextTokens[range])
      tails.take(merged, of: part, next: next)
      let (first, out) = (part.surprises(ofLabels: next), leftOut(range))
      let second = try model.surprises(of: next, range, threads: threads)
      for run in Self.kept(range.count, without: out) {
        perplexity.add(
          target: Array(first[run]), model: Array(second[run]),
          firstRow: range.lowerBound + run.lowerBound)
      }
      return try stream.add(
        target: merged.target, model: merged.model, leavingOut: out
      ) { done, _ in progress(done) }
    }
    try EvaluateReport(
      inputs: [("target", InputReport(target)), ("model", model.report)], run: run,
      outcome: outcome,
      invalid: InvalidRows(
        outcome.stream.diagnostics, sides: true, captions: target.captions),
      isWide: command.wide, captions: target.captions, tails: tails,
      labelStatistics: LabelStatistics(
        name: "\(target.name), the tokens that follow", perplexity: perplexity, unit: run.unit)
    ).tell()
  }

  /// Rows that follow each other without those that are left out.
  private static func kept(_ count: Int, without out: Set<Int>) -> [Range<Int>] {
    var (runs, start) = ([Range<Int>](), 0)
    for row in out.sorted() {
      if start < row { runs.append(start..<row) }
      start = row + 1
    }
    return start < count ? runs + [start..<count] : runs
  }

  // MARK: The tool's own figures

  private func repeatTool(
    _ target: BaseFile, _ model: RowSource, _ started: ContinuousClock.Instant
  ) throws {
    guard let set = model.side?.set, set.parts[0].form == .logits,
      set.parts[0].temperature == 1, set.count == target.distributions.count
    else {
      throw Failure(
        .usage,
        "--base-file exact-tool compares logits at temperature 1, a row for each of the base file")
    }
    guard command.output == nil, command.measures == .oneRead else {
      throw Failure(
        .usage, "--base-file exact-tool has figures of its own: no --measures, no --output")
    }
    let rows = try rows(of: target)
    let bytesPerRow = target.bytesPerRow + model.bytesPerRow
    var statistics = PerplexityToolStatistics()
    let progress = Progress(total: rows.count, quiet: command.options.quiet)
    defer { progress.finish() }
    for range in Blocks(
      rows, bytesPerRow: bytesPerRow, targetBytes: BaseFile.blockBytes, cuts: model.cuts)
    {
      try statistics.add(
        base: target.distributions[range], model: set[range],
        nextTokens: Array(target.file.nextTokens[range]), threads: command.options.threads)
      progress.update(range.upperBound - rows.lowerBound)
    }
    progress.finish()
    try PerplexityToolReport(
      inputs: [("target", InputReport(target)), ("model", model.report)],
      statistics: statistics,
      rate: Rate(
        rows: rows.count, bytes: rows.count * bytesPerRow, elapsed: ContinuousClock.now - started),
      options: command.options
    ).tell()
  }
}
