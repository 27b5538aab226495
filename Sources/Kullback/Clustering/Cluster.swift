internal import KullbackKernels
internal import KullbackLinearAlgebra

extension DistributionSet {
  /// Divides the rows of this set into clusters, each row with the centroid that it is nearest to.
  ///
  ///     forward KL:  Σ D(row‖centroid) is least where centroids are means,
  ///     reverse KL:  Σ D(centroid‖row) where they are normalised geometric means
  ///
  /// Iterations assign every row to the nearest centroid (of several the first) and then make the centroids
  /// those of their rows, until no row moves.
  ///
  /// - Shapes: the result has `count` centroids, and an assignment and a divergence for each row.
  /// - Units: nats.
  /// - Special values: a row that is not valid is in no cluster (-1), is never counted and has a diagnostic.
  ///   Forward KL: rows always have a cluster; where each centroid lacks some of a row's classes, missing
  ///   ones count as if they had e^-1000 of the largest probability, and the row's centroid has them from
  ///   then on. Reverse KL: centroids have the classes that all their rows have; a row that has
  ///   no class in common with the rows of any cluster is in none (-1) and makes the objective +inf. A
  ///   cluster that no row is nearest to begins again at the row that is farthest from its centroid; it
  ///   stays empty when all rows are at their centroids.
  /// - Accuracy: assignments are those of scores in `Double`: products of matrices decide only where their
  ///   rounding cannot matter. Divergences and centroids are evaluated in `Double` at the end. Results do not
  ///   depend on the number of threads.
  /// - Complexity: an iteration is a product of 2 × rows × classes × `count` operations and one read of the
  ///   set; the seeds take 2 log₂ `count` reads. Memory: 60 bytes a row, a few copies of the
  ///   centroids and `workingMemory` beyond the result.
  /// - Parameters:
  ///   - count: how many clusters, at most as many as there are valid rows.
  ///   - divergence: what is small inside a cluster.
  ///   - seed: of the random numbers that choose the rows to begin at.
  ///   - maximumIterations: how many at most.
  ///   - tolerance: it also ends when the objective falls by no more than this share of itself.
  ///   - restarts: from how many choices of rows to begin; the best result is kept.
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - workingMemory: bytes for sums and tiles of rows; by default 256 MiB.
  ///   - progress: called after every iteration with its number and the objective; what it throws ends the work.
  /// - Throws: `KullbackError.clusterCount`, `.invalidIterations`, `.invalidRestarts`,
  ///   `.invalidTolerance`, `.invalidThreads`, `.instructionSet`, or `CancellationError` when the current task is cancelled.
  ///
  /// Source: Banerjee, Merugu, Dhillon and Ghosh, *Clustering with Bregman divergences*, JMLR 6, 2005.
  public func clusters(
    into count: Int, by divergence: ClusteringDivergence = .forwardKL,
    seed: UInt64 = 0, maximumIterations: Int = 100, tolerance: Double = 0, restarts: Int = 1,
    threads: Int? = nil, workingMemory: Int? = nil,
    progress: ((_ iteration: Int, _ objective: Double) throws -> Void)? = nil
  ) throws -> Clustering {
    guard maximumIterations >= 1 else { throw KullbackError.invalidIterations(maximumIterations) }
    guard restarts >= 1 else { throw KullbackError.invalidRestarts(restarts) }
    guard tolerance >= 0 else { throw KullbackError.invalidTolerance(tolerance) }
    try checkInstructionSet()
    let threads = try checked(threads: threads)
    let rows = try ClusterRows(self, divergence, threads: threads)
    try rows.check(clusters: count)
    var generator = SplitMix(seed: seed)
    var best: ClusteringRun?
    for _ in 0..<restarts {
      var run = try ClusteringRun(
        rows, into: count, &generator, threads: threads,
        memory: workingMemory ?? Tiling.defaultMemory)
      for iteration in 1...maximumIterations {
        try run.step()
        try progress?(iteration, run.objective)
        run.stop(within: tolerance)
        if run.hasConverged { break }
      }
      if best.map({ run.objective < $0.objective }) ?? true { best = run }
    }
    guard let best else { throw KullbackError.invalidRestarts(restarts) }
    return try best.result()
  }

  /// Finds the nearest of given centroids for every row of this set, as `clusters(into:)` does.
  ///
  /// - Shapes: a centroid a row, with as many columns as the set has classes.
  /// - Special values: a row that is not valid, or at an infinite divergence from all centroids, gets -1.
  /// - Parameters:
  ///   - centroids: probabilities, normalised.
  ///   - divergence: D(row‖centroid) or D(centroid‖row).
  ///   - threads: how many to use.
  ///   - workingMemory: bytes for tiles of rows; by default 256 MiB.
  /// - Throws: `KullbackError.shapeMismatch`, `.clusterCount` where there is no centroid, `.invalidCentroid`, `.invalidThreads`, `.instructionSet`,
  ///   or `CancellationError`.
  public func assignments(
    to centroids: Matrix<Double>,
    by divergence: ClusteringDivergence = .forwardKL, threads: Int? = nil, workingMemory: Int? = nil
  ) throws -> CentroidAssignment {
    let models = try DistributionSet(probabilities: centroids)
    guard models.classes == classes else {
      throw KullbackError.shapeMismatch(target: shape, model: models.shape)
    }
    guard models.count > 0 else { throw KullbackError.clusterCount(0, validRows: count) }
    let normalised = try models.probabilities(as: Double.self, threads: threads)
    if let bad = normalised.diagnostics.invalidRows.first {
      throw KullbackError.invalidCentroid(row: bad.row, bad.reason)
    }
    let threads = try checked(threads: threads)
    let rows = try ClusterRows(
      self, divergence, centroidsHaveGaps: normalised.values.values.contains(0), threads: threads)
    let values = Centroids(values: normalised.values)
    let memory = workingMemory ?? Tiling.defaultMemory
    let found = try BLAS.withOneThread {
      rows.isWide
        ? try ClusterEngine<Double>(rows, clusters: values.count, threads: threads, memory: memory)
          .assign(to: values, joins: false).assignments
        : try ClusterEngine<Float>(rows, clusters: values.count, threads: threads, memory: memory)
          .assign(to: values, joins: false).assignments
    }
    return CentroidAssignment(
      assignments: found.map { Int($0) },
      divergences: try ClusterDivergences(rows, values).evaluate(found, threads: threads),
      diagnostics: rows.diagnostics, reasons: rows.reasons)
  }
}
