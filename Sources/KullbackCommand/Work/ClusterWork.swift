internal import Kullback

/// The work of `kullback cluster`.
struct ClusterWork {
  let command: ClusterCommand

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let options = command.options
    let started = ContinuousClock.now
    let side = try PairInputs.Side(
      command.file, command.set.form, command.set, rows: command.set.rows, labels: command.labels,
      threads: options.threads)
    for output in [command.output, command.centroids] { try output?.check(against: [side.file]) }
    if !options.quiet { FormHint.give(side.file, side.set, option: "--form") }
    let unit = try command.base.unit
    // What cannot be created is refused before anything is computed.
    let files = try ClusterFiles(command, side)
    let progress = Progress(
      total: command.maxIterations * command.restarts, of: "iterations", quiet: options.quiet)
    do {
      var done = 0
      let clustering = try cluster(
        side.set, into: command.k, by: command.by.divergence, seed: command.seed,
        maximumIterations: command.maxIterations, restarts: command.restarts,
        threads: options.threads, workingMemory: command.memory.limit?.bytes
      ) { _, _ in
        done += 1
        progress.update(done)
      }
      progress.finish()
      try files.write(clustering, unit: unit)
      try ClusterSession(
        command: command, side: side, unit: unit, clustering: clustering,
        elapsed: ContinuousClock.now - started
      ).tell()
    } catch {
      progress.finish()
      files.discard()
      throw error
    }
  }
}
