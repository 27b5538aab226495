/// The rows of a set that are near to queries.
public struct Neighbours: Sendable {
  /// The neighbours of every query, nearest first.
  private let lists: [[Neighbour]]
  /// What is known beside the values.
  public let report: PairwiseReport

  init(lists: [[Neighbour]], report: PairwiseReport) {
    self.lists = lists
    self.report = report
  }

  /// Queries.
  public var queries: Int { lists.count }

  /// The neighbours of a query, nearest first, of equally near ones the one with the smaller number; none
  /// where the query is not valid.
  public subscript(query: Int) -> [Neighbour] { lists[query] }
}

extension DistributionSet {
  /// The rows of this set that are nearest to each query, by any measure, without the matrix of all pairs.
  ///
  /// The result is that of sorting every row of `pairwise(_:targets:models:as:threads:workingMemory:progress:)`, with queries as targets and this
  /// set's rows, the distributions q, as models, by value and then by row number. Pairs without a value (an invalid row) are nobody's
  /// neighbours; pairs that are infinitely far come last.
  ///
  /// - Shapes: both sets have the same number of classes. Fewer than `count` neighbours are returned where the
  ///   set has no more.
  /// - Units: nats, as the measure.
  /// - Accuracy: as `pairwise(_:targets:models:as:threads:workingMemory:progress:)`.
  /// - Complexity: that of all pairs; memory for the neighbours and `workingMemory` bytes.
  /// - Parameters:
  ///   - count: how many neighbours of each query.
  ///   - queries: the distributions p.
  ///   - measure: what is small between neighbours.
  ///   - excludesSameRow: whether row i of the set is no neighbour of query i: for a set and itself.
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - workingMemory: bytes that may be used beyond the result; by default 256 MiB.
  ///   - progress: called after every band of queries with the queries done so far and in all; what it throws ends the
  ///     work.
  /// - Throws: `KullbackError.invalidNeighbours` where `count` is not above 0, `.shapeMismatch`,
  ///   `.invalidThreads`, `.instructionSet`, or
  ///   `CancellationError` when the current task is cancelled.
  public func nearest(
    _ count: Int, to queries: DistributionSet, by measure: Measure = .forwardKL,
    excludesSameRow: Bool = false, threads: Int? = nil,
    workingMemory: Int? = nil, progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> Neighbours {
    guard count > 0 else { throw KullbackError.invalidNeighbours(Double(count)) }
    return try search(
      NeighbourLimit(count: count, radius: .infinity, excludesSameRow: excludesSameRow), queries,
      self, measure, threads, workingMemory, progress)
  }

  /// The rows of this set that are at most a radius from each query, by any measure, without the matrix of all
  /// pairs.
  ///
  /// As `nearest(_:to:by:excludesSameRow:threads:workingMemory:progress:)`, with all rows whose value is at
  /// most `radius`.
  ///
  /// - Throws: as that; `KullbackError.invalidNeighbours` where `radius` is not a number, 0 or above.
  public func neighbours(
    within radius: Double, of queries: DistributionSet, by measure: Measure = .forwardKL,
    excludesSameRow: Bool = false, threads: Int? = nil,
    workingMemory: Int? = nil, progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> Neighbours {
    guard radius >= 0 else { throw KullbackError.invalidNeighbours(radius) }
    return try search(
      NeighbourLimit(count: .max, radius: radius, excludesSameRow: excludesSameRow), queries, self,
      measure, threads, workingMemory, progress)
  }
}

extension NeighbourLimit {
  /// The neighbours of a query among all rows, where those that are given are the first of their kind.
  ///
  /// Whatever is farther than the kinds that are given has as many rows before it as are wanted: their first ones.
  fileprivate func rows(of kinds: [Neighbour], _ distinct: DistinctRows?) -> [Neighbour] {
    guard let distinct else { return kinds }
    var rows: [Neighbour] = []
    for (index, kind) in kinds.enumerated() {
      // Kinds that are equally near mix their rows.
      if rows.count >= kept, kind.value > kinds[index - 1].value { break }
      rows += distinct.members(of: kind.row).prefix(kept).map {
        Neighbour(row: $0, value: kind.value)
      }
    }
    return Array(rows.sorted(by: Neighbour.precedes).prefix(kept))
  }

  /// As many of a query's neighbours as are wanted, without its own row where that does not count.
  fileprivate func own(_ rows: [Neighbour], query: Int) -> [Neighbour] {
    guard excludesSameRow else { return rows }
    return Array(rows.filter { $0.row != query }.prefix(count))
  }
}

private func search(
  _ limit: NeighbourLimit, _ queries: DistributionSet, _ set: DistributionSet, _ measure: Measure,
  _ threads: Int?, _ workingMemory: Int?, _ progress: ((_ done: Int, _ total: Int) throws -> Void)?
) throws -> Neighbours {
  let plan = try PairwisePlan(
    measure, targets: queries, models: set, threads: threads, workingMemory: workingMemory,
    destination: .neighbours)
  let band = NeighbourBand(limit, rows: plan.bandRows)
  var lists: [[Neighbour]] = []
  let counts = try plan.run(PairwiseSink<Double>.near(band)) { rows in
    lists += band.drain(rows.count).map { limit.rows(of: $0, plan.models.distinct) }
    try progress?(plan.targets.finished(rows.upperBound), queries.count)
  }
  return Neighbours(
    lists: (0..<queries.count).map { query in
      // Of no rows no band is made.
      let place = plan.targets.distinct?.places[query] ?? query
      return place < lists.count ? limit.own(lists[place], query: query) : []
    }, report: plan.report(counts))
}
