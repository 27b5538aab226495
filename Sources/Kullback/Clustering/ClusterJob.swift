internal import KullbackKernels
internal import KullbackLinearAlgebra

/// A set and how it is divided into clusters.
struct ClusterJob {
  let rows: ClusterRows
  let clusters: Int
  let maximumIterations: Int
  let tolerance: Double
  let threads: Int
  let memory: Int

  /// What iterations from one choice of seeds came to.
  private struct Outcome {
    let seeds: [Int]
    var assignments: [Int32] = []
    /// Σ of the divergences, but for what the rows' own entropies were rounded by.
    var objectives: [Double] = []
    var hasConverged = false
  }

  /// Divides the rows from several choices of seeds and keeps the best.
  func run(
    seed: UInt64, restarts: Int, _ progress: ((Int, Double) -> Void)?
  ) throws -> Clustering {
    try BLAS.withThreads(1) {
      var generator = SplitMix(seed: seed)
      var best: Outcome?
      for _ in 0..<restarts {
        let seeds = try rows.seeds(clusters, &generator, threads: threads)
        let outcome =
          rows.isWide
          ? try iterate(Double.self, seeds, progress) : try iterate(Float.self, seeds, progress)
        let value = outcome.objectives.last ?? .infinity
        if best.map({ value < $0.objectives.last ?? .infinity }) ?? true { best = outcome }
      }
      return try conclude(best ?? Outcome(seeds: []))
    }
  }

  private func iterate<Element: LinearAlgebraScalar>(
    _: Element.Type, _ seeds: [Int], _ progress: ((Int, Double) -> Void)?
  ) throws -> Outcome {
    let engine = ClusterEngine<Element>(
      rows, clusters: clusters, threads: threads, memory: memory)
    var outcome = Outcome(seeds: seeds)
    var centroids = rows.centroids(of: seeds, engine.layout)
    for iteration in 1...maximumIterations {
      var pass = try engine.assign(to: centroids, joins: rows.divergence == .forwardKL)
      var isMended =
        !pass.strays.isEmpty
        && rows.join(pass.strays, &pass.assignments, pass.sums, centroids)
      if try rows.fillEmpty(&pass.assignments, centroids, threads: threads) { isMended = true }
      let sums = isMended ? try engine.sums(of: pass.assignments) : pass.sums
      let next = sums.centroids(rows.divergence, before: centroids)
      centroids = next.centroids
      let isWhole = sums.sizes.reduce(0, +) == rows.validCount
      let value = isWhole ? max(0, next.cost + rows.negentropy) : .infinity
      let before = outcome.objectives.last ?? .infinity
      // What the sums are rounded by may be more than the last rows to move save.
      outcome.objectives.append(min(value, before))
      progress?(iteration, min(value, before))
      let isSame = pass.assignments == outcome.assignments
      outcome.assignments = pass.assignments
      outcome.hasConverged =
        isSame || (tolerance > 0 && before.isFinite && before - value <= tolerance * before)
      if outcome.hasConverged { break }
    }
    return outcome
  }

  /// The centroids and divergences of the rows as they were assigned, in `Double`.
  private func conclude(_ outcome: Outcome) throws -> Clustering {
    let engine = ClusterEngine<Double>(rows, clusters: clusters, threads: threads, memory: memory)
    let sums = try engine.sums(of: outcome.assignments)
    let seeds = rows.centroids(of: outcome.seeds, engine.layout)
    let centroids = sums.centroids(rows.divergence, before: seeds).centroids
    let divergences = try rows.divergences(outcome.assignments, centroids, threads: threads)
    let objective = zip(divergences, rows.isValid).reduce(0) { $1.1 ? $0 + $1.0 : $0 }
    return Clustering(
      assignments: outcome.assignments.map { Int($0) }, centroids: centroids.values,
      sizes: sums.sizes, divergences: divergences, objective: objective,
      objectives: settled(outcome.objectives, last: objective), seeds: outcome.seeds,
      hasConverged: outcome.hasConverged, diagnostics: rows.diagnostics)
  }

  /// The objectives of the iterations, moved so that the last is the sum of the divergences: what the
  /// entropies of the rows were rounded by is in all of them.
  private func settled(_ objectives: [Double], last: Double) -> [Double] {
    guard let end = objectives.last, end.isFinite, last.isFinite else { return objectives }
    return objectives.dropLast().map { max(last, $0 + (last - end)) } + [last]
  }
}
