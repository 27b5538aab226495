internal import Kullback

/// The work of `kullback pairwise`.
struct PairwiseRun {
  let command: PairwiseCommand

  /// More rows are not ordered: their matrix would have to be in memory.
  private static let orderedRows = 10_000

  func run() throws {
    let started = ContinuousClock.now
    try ProductBuffers.reserve(threads: command.options.threads)
    let inputs = try PairwiseInputs(
      command.targets, command.models, command, threads: command.options.threads)
    try checkOrder(inputs)
    try memory(inputs).check(for: inputs.targets.file.name)
    if !command.options.quiet { inputs.hint() }
    switch command.type {
    case .float32: try run(inputs, since: started, as: Float.self)
    case .float64: try run(inputs, since: started, as: Double.self)
    }
  }

  private func checkOrder(_ inputs: PairwiseInputs) throws(Failure) {
    let most = max(inputs.targets.set.count, inputs.models.set.count)
    guard command.order, most > Self.orderedRows else { return }
    throw Failure(
      .usage,
      "--order is for up to \(Format.count(Self.orderedRows)) rows, whose matrix is held in memory; "
        + "there are \(Format.count(most))")
  }

  /// What is held of all pairs at once, beside what `--memory` allows.
  private func memory(_ inputs: PairwiseInputs) -> MemoryNeed {
    let (targets, models) = (inputs.targets.set.count, inputs.models.set.count)
    let size = command.type == .float32 ? 4 : 8
    // Their normalisers, places and the values of one target, whatever the working memory is.
    let rows =
      inputs.memoryOfRows + MemoryNeed(targets, 1, of: 8) + MemoryNeed(models, 1, of: 8 + size)
    return rows + memoryOfPairs(inputs, size: size)
  }

  /// What of it grows with the number of pairs.
  private func memoryOfPairs(_ inputs: PairwiseInputs, size: Int) -> MemoryNeed {
    let (targets, models) = (inputs.targets.set.count, inputs.models.set.count)
    let values = MemoryNeed(targets, models, of: size)
    guard command.order else {
      return isHeld(inputs, elementSize: size) ? values : .none
    }
    // What is ordered is float64, with 4 bytes a pair beside it; what is in another unit is copied twice.
    let inUnit = command.base.logarithm == .natural ? .none : values + values
    guard inputs.isItself else {
      let rows = max(targets, models)
      return values + MemoryNeed(rows, rows, of: 12)
    }
    let ordering = MemoryNeed(targets, targets, of: size == 4 ? 12 : 4)
    return values + (ordering.bytes > inUnit.bytes ? ordering : inUnit)
  }

  private func run<Element: WrittenElement>(
    _ inputs: PairwiseInputs, since started: ContinuousClock.Instant, as type: Element.Type
  ) throws {
    let unit = try command.base.unit
    let progress = Progress(total: inputs.targets.set.count, quiet: command.options.quiet)
    // What cannot be created is refused before anything is computed.
    let sink = try PairwiseSink<Element>(command, inputs, unit)
    do {
      let report = try compute(inputs, progress, into: sink)
      try sink.finish()
      progress.finish()
      try PairwiseReport(
        command: command, inputs: inputs, unit: unit, summary: sink.summary, matrix: sink.matrix,
        order: sink.order, report: report, elapsed: ContinuousClock.now - started
      ).tell()
    } catch {
      progress.finish()
      sink.discard()
      throw error
    }
  }

  private func compute<Element: WrittenElement>(
    _ inputs: PairwiseInputs, _ progress: Progress, into sink: PairwiseSink<Element>
  ) throws -> Kullback.PairwiseReport {
    let (measure, threads) = (command.measure.named.measure, command.options.threads)
    let memory = command.memory.limit?.bytes
    guard command.order || isHeld(inputs, elementSize: MemoryLayout<Element>.size) else {
      return try pairwise(
        measure, targets: inputs.targets.set, models: inputs.models.set, as: Element.self,
        threads: threads, workingMemory: memory
      ) { rows, values in
        try sink.take(values, targets: rows)
        progress.update(rows.upperBound)
      }
    }
    let update = { (done: Int, _: Int) in progress.update(done) }
    let evaluation =
      inputs.isItself
      ? try pairwise(
        measure, of: inputs.targets.set, as: Element.self, threads: threads,
        workingMemory: memory, progress: update)
      : try pairwise(
        measure, targets: inputs.targets.set, models: inputs.models.set, as: Element.self,
        threads: threads, workingMemory: memory, progress: update)
    if command.order {
      let order = try PairwiseOrder(
        inputs, measure, of: evaluation.values, threads: threads, memory: memory)
      try sink.take(evaluation.values, in: order)
    } else {
      try sink.take(evaluation.values, targets: 0..<evaluation.values.rows)
    }
    return evaluation.report
  }

  /// Whether the matrix is held as a whole: that of a set and itself, both of whose halves come from one
  /// product, where it needs no more than the working memory.
  private func isHeld(_ inputs: PairwiseInputs, elementSize: Int) -> Bool {
    let rows = inputs.targets.set.count
    let limit = command.memory.limit?.bytes ?? ByteCount.workingMemory
    return inputs.isItself && rows <= limit / max(1, rows * elementSize)
  }
}
