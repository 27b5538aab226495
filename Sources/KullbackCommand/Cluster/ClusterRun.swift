internal import Kullback

/// The work of `kullback cluster`.
struct ClusterRun {
  let command: ClusterCommand

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let options = command.options
    let started = ContinuousClock.now
    let side = try NamedSet(
      command.file, command.set.form, command, rows: command.set.rows, labels: command.labels,
      threads: options.threads)
    try memory(side).check(for: side.file.name)
    if !options.quiet { FormHint.give(side.file, side.set, option: "--form") }
    let unit = try command.base.unit
    // What cannot be created is refused before anything is computed.
    let files = try ClusterFiles(command, side)
    let progress = Progress(
      total: command.maxIterations * command.restarts, of: "iterations", quiet: options.quiet)
    do {
      var done = 0
      let clustering = try side.set.clusters(
        into: command.k, by: command.by.divergence, seed: command.seed,
        maximumIterations: command.maxIterations, restarts: command.restarts,
        threads: options.threads, workingMemory: command.memory.limit?.bytes
      ) { _, _ in
        done += 1
        progress.update(done)
      }
      progress.finish()
      try files.write(clustering, unit: unit)
      try ClusterReport(
        command: command, side: side, unit: unit, clustering: clustering,
        elapsed: ContinuousClock.now - started
      ).tell()
    } catch {
      progress.finish()
      files.discard()
      throw error
    }
  }

  /// What all rows and centroids take, whatever `--memory` is.
  private func memory(_ side: NamedSet) -> MemoryNeed {
    // More clusters than rows are refused for that.
    let clusters = max(0, min(command.k, side.set.count))
    // Centroids as they are and as they become, their logarithms, and the sums of one block of rows and of all;
    // of each row its normaliser, entropy, divergence, and its cluster twice.
    return MemoryNeed(clusters, side.set.classes, of: 36) + MemoryNeed(side.set.count, 1, of: 48)
  }
}
