internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Clusters that are formed one iteration at a time, by a caller who stops by a rule of their own.
///
/// `DistributionSet.clusters(into:)` is this in a loop, and says what an iteration does and what it costs.
///
///     var run = try ClusteringRun(set, into: 10)
///     while !run.hasConverged { try run.step() }
///     let clusters = try run.result()
public struct ClusteringRun: Sendable {
  /// The rows at which the clusters began.
  public let seeds: [Int]
  /// The objective after each iteration.
  ///
  /// But for the rounding of the rows' entropies, which is the same in all: `result()` has it without.
  public var objectives: [Double] { sums.map { max(0, $0) } }
  /// Whether no row moved in the last iteration, or the objective fell by too little to go on.
  public private(set) var hasConverged = false
  /// How many threads to use.
  public var threads: Int

  private let rows: ClusterRows
  private let memory: Int
  private var centroids: Centroids
  private var assignments: [Int32]
  /// The objective after each iteration, below 0 where it is less than its rounding.
  private var sums: [Double] = []

  /// Chooses the rows to begin at.
  ///
  /// Parameters and errors are those of `DistributionSet.clusters(into:)`.
  ///
  /// - Throws: `KullbackError.clusterCount`, `.invalidThreads`, `.instructionSet`, or `CancellationError`.
  public init(
    _ set: DistributionSet, into count: Int, by divergence: ClusteringDivergence = .forwardKL,
    seed: UInt64 = 0, threads: Int? = nil, workingMemory: Int? = nil
  ) throws {
    let threads = try checked(threads: threads)
    try checkInstructionSet()
    let rows = try ClusterRows(set, divergence, threads: threads)
    try rows.check(clusters: count)
    var generator = SplitMix(seed: seed)
    try self.init(
      rows, into: count, &generator, threads: threads,
      memory: workingMemory ?? Tiling.defaultMemory)
  }

  init(
    _ rows: ClusterRows, into count: Int, _ generator: inout SplitMix, threads: Int, memory: Int
  ) throws {
    let seeds = try BLAS.withOneThread {
      try rows.seeds(count, &generator, threads: threads, memory: memory)
    }
    self.init(rows, from: seeds, threads: threads, memory: memory)
  }

  /// Begins at given rows.
  init(_ rows: ClusterRows, from seeds: [Int], threads: Int, memory: Int) {
    self.rows = rows
    self.threads = threads
    self.memory = memory
    self.seeds = seeds
    centroids = rows.centroids(of: seeds)
    assignments = [Int32](repeating: -1, count: rows.count)
  }

  /// Assigns every row to its nearest centroid and makes the centroids those of their rows.
  ///
  /// - Throws: `KullbackError.invalidThreads`, or `CancellationError` when the current task is cancelled; nothing has
  ///   changed then.
  public mutating func step() throws {
    _ = try checked(threads: threads)
    let run = self
    let (found, next, isWhole) = try BLAS.withOneThread {
      run.rows.isWide ? try run.iterate(Double.self) : try run.iterate(Float.self)
    }
    // What the sums are rounded by may be more than the last rows to move save.
    sums.append(min(isWhole ? next.cost + rows.negentropy : .infinity, sums.last ?? .infinity))
    centroids = next.centroids
    hasConverged = found == assignments
    assignments = found
  }

  private func iterate<Element: LinearAlgebraScalar>(
    _: Element.Type
  ) throws -> (
    assignments: [Int32], next: (centroids: Centroids, cost: Double), isWhole: Bool
  ) {
    let engine = ClusterEngine<Element>(
      rows, clusters: centroids.count, threads: threads, memory: memory)
    var pass = try engine.assign(to: centroids, joins: rows.divergence == .forwardKL)
    var isMended =
      !pass.strays.isEmpty && rows.join(pass.strays, &pass.assignments, pass.sums, centroids)
    if try rows.fillEmpty(&pass.assignments, centroids, threads: threads) { isMended = true }
    let sums = isMended ? try engine.sums(of: pass.assignments) : pass.sums
    return (
      pass.assignments, sums.centroids(rows.divergence, before: centroids),
      sums.sizes.reduce(0, +) == rows.validCount
    )
  }

  /// The objective after the last iteration.
  var objective: Double { max(0, sums.last ?? .infinity) }

  /// Ends it where the objective fell by no more than a share of itself, if there is one.
  mutating func stop(within tolerance: Double) {
    guard tolerance > 0, sums.count > 1, objective.isFinite else { return }
    let before = max(0, sums[sums.count - 2])
    if before - objective <= tolerance * before { hasConverged = true }
  }

  /// The clusters as they are, with centroids and divergences evaluated in `Double`.
  ///
  /// - Complexity: two reads of the rows.
  /// - Throws: `KullbackError.invalidThreads`, or `CancellationError` when the current task is cancelled.
  public func result() throws -> Clustering {
    _ = try checked(threads: threads)
    let engine = ClusterEngine<Double>(
      rows, clusters: centroids.count, threads: threads, memory: memory)
    let members = try engine.sums(of: assignments, isExact: true)
    let means = members.centroids(rows.divergence, before: centroids).centroids
    let divergences = try ClusterDivergences(rows, means).evaluate(assignments, threads: threads)
    let objective = zip(divergences, rows.isValid).reduce(0) { $1.1 ? $0 + $1.0 : $0 }
    return Clustering(
      assignments: assignments.map { Int($0) }, centroids: means.values, sizes: members.sizes,
      divergences: divergences, objective: objective,
      objectives: settled(last: objective), seeds: seeds, hasConverged: hasConverged,
      diagnostics: rows.diagnostics, reasons: rows.reasons)
  }

  /// The objectives of the iterations, moved so that the last is the sum of the divergences: what the
  /// entropies of the rows were rounded by is in all of them.
  private func settled(last: Double) -> [Double] {
    guard let end = sums.last, end.isFinite, last.isFinite else { return objectives }
    return sums.dropLast().map { max(last, $0 + (last - end)) } + [last]
  }
}

extension ClusterRows {
  /// Refuses a number of clusters that cannot be.
  func check(clusters: Int) throws(KullbackError) {
    guard clusters >= 1, clusters <= validCount, clusters <= Int(Int32.max) else {
      throw .clusterCount(clusters, validRows: validCount)
    }
  }
}
