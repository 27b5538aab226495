internal import Kullback

/// The work of `kullback nearest`.
struct NearestRun {
  let command: NearestCommand

  /// How many neighbours are looked for where nothing is said.
  static let defaultCount = 10

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let options = command.options
    let started = ContinuousClock.now
    let inputs = try PairwiseInputs(
      command.queries, command.searched, command, threads: command.options.threads)
    try memory(inputs).check(for: inputs.targets.file.name)
    if !options.quiet { inputs.hint() }
    let unit = try command.base.unit
    // What cannot be created is refused before anything is computed.
    let file = try command.output.map { output throws(Failure) in try NearestFile(output, inputs) }
    let progress = Progress(total: inputs.targets.set.count, quiet: options.quiet)
    do {
      let found = try find(inputs, unit) { done, _ in progress.update(done) }
      progress.finish()
      try file?.write(found, command.measure.named.measure, unit)
      try NearestReport(
        command: command, inputs: inputs, unit: unit, found: found,
        elapsed: ContinuousClock.now - started
      ).tell()
    } catch {
      progress.finish()
      file?.discard()
      throw error
    }
  }

  /// What the neighbours take; how many are within a distance shows only as they are found.
  private func memory(_ inputs: PairwiseInputs) -> MemoryNeed {
    let most = command.within == nil ? command.k ?? Self.defaultCount : 0
    // A list's own bytes, and its neighbours'.
    let (queries, found) = (inputs.targets.set.count, min(most, inputs.models.set.count))
    return inputs.memoryOfRows + MemoryNeed(queries, 40, of: 1) + MemoryNeed(queries, found, of: 16)
  }

  private func find(
    _ inputs: PairwiseInputs, _ unit: Unit, progress: @escaping (Int, Int) -> Void
  ) throws -> Neighbours {
    let (measure, threads) = (command.measure.named.measure, command.options.threads)
    let (queries, set) = (inputs.targets.set, inputs.models.set)
    let memory = command.memory.limit?.bytes
    guard let within = command.within else {
      return try set.nearest(
        command.k ?? Self.defaultCount, to: queries, by: measure,
        excludesSameRow: inputs.isItself, threads: threads, workingMemory: memory,
        progress: progress)
    }
    return try set.neighbours(
      within: unit.nats(within, of: measure.dimension), of: queries, by: measure,
      excludesSameRow: inputs.isItself, threads: threads, workingMemory: memory,
      progress: progress)
  }
}
