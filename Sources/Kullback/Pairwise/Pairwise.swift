internal import KullbackKernels

/// A measure of every target and every model, in nats.
///
///     let all = try pairwise(.jensenShannon, targets: p, models: q)
///     all[i, j]                   // row i of p and row j of q
///     all.values, all.report      // the matrix; invalid rows, and how many pairs were evaluated one by one
///
/// - Shapes: both sets have the same number of classes; the result has a row for each target and a column
///   for each model.
/// - Special values: those of `evaluate(target:model:measures:firstRow:threads:progress:)`.
/// - Accuracy: relative error of a divergence at most 1e-6 (1e-12 where both sets are `Double`), however
///   small it is: products of matrices are used where their rounding cannot be more, and the other pairs
///   are evaluated one by one. Pairs of equal rows are exactly 0 by a divergence. Results do not depend on
///   the number of threads.
/// - Complexity: 2 × targets × models × classes operations in products of matrices, where rows that are equal bit for
///   bit count once; memory for the result, 32 bytes a row and `workingMemory` bytes.
/// - Parameters:
///   - measure: what to compute.
///   - targets: the distributions p, a row of the result each.
///   - models: the distributions q, a column of the result each.
///   - type: the elements of the result; `Float` halves its memory.
///   - threads: how many to use; by default the processors that this process may run on.
///   - workingMemory: bytes that may be used beyond the result; by default 256 MiB.
///   - progress: called after every band of targets with the targets done so far and in all; what it throws ends the
///     work.
/// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`, `.instructionSet`, or `CancellationError` when the
///   current task is cancelled.
///
/// Source: D(p_i‖q_j) = Σ p_i log p_i - Σ p_i log q_j, whose last terms for all i and j are one product.
public func pairwise<Result: PairwiseElement>(
  _ measure: Measure, targets: DistributionSet, models: DistributionSet,
  as type: Result.Type = Double.self, threads: Int? = nil, workingMemory: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> PairwiseEvaluation<Result> {
  var values: Matrix<Result> = scratchMatrix(rows: targets.count, columns: models.count)
  let report = try pairwise(
    measure, targets: targets, models: models, into: &values, threads: threads,
    workingMemory: workingMemory, progress: progress)
  return PairwiseEvaluation(values: values, report: report)
}

/// A measure of every two distributions of a set, in nats: element [i, j] has row i as target and row j as
/// model.
///
/// Both directions of a KL divergence come from one product; measures that are the same in both directions
/// are computed for half of the pairs. The diagonal of a divergence is exactly 0. An invalid row stands on both
/// sides of the diagnostics. Otherwise as `pairwise(_:targets:models:as:threads:workingMemory:progress:)`.
///
/// - Throws: as that.
public func pairwise<Result: PairwiseElement>(
  _ measure: Measure, of set: DistributionSet, as type: Result.Type = Double.self,
  threads: Int? = nil, workingMemory: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> PairwiseEvaluation<Result> {
  var values: Matrix<Result> = scratchMatrix(rows: set.count, columns: set.count)
  let report = try pairwise(
    measure, of: set, into: &values, threads: threads, workingMemory: workingMemory,
    progress: progress)
  return PairwiseEvaluation(values: values, report: report)
}

/// A measure of every two distributions of a set, written to a matrix that is there already.
///
/// As `pairwise(_:of:as:threads:workingMemory:progress:)` and `pairwise(_:targets:models:into:threads:workingMemory:progress:)`.
///
/// - Throws: as the latter.
@discardableResult
public func pairwise<Result: PairwiseElement>(
  _ measure: Measure, of set: DistributionSet, into values: inout Matrix<Result>,
  threads: Int? = nil, workingMemory: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> PairwiseReport {
  try check(values, Shape(rows: set.count, columns: set.count))
  let plan = try PairwisePlan(
    measure, targets: set, models: set, isSelf: true, threads: threads,
    workingMemory: workingMemory, destination: .matrix)
  return try plan.fill(&values, progress)
}

/// Refuses a matrix for results that has not their shape.
private func check<Result: PairwiseElement>(
  _ values: Matrix<Result>, _ shape: Shape
) throws(KullbackError) {
  let given = Shape(rows: values.rows, columns: values.columns)
  guard given == shape else { throw .resultShape(expected: shape, given: given) }
}

/// A measure of every target and every model, written to a matrix that is there already.
///
/// As `pairwise(_:targets:models:as:threads:workingMemory:progress:)`. Memory that was used before is faster
/// than fresh memory. When this throws, the matrix is empty.
///
/// - Throws: as that, and `KullbackError.resultShape` when the matrix is not targets × models.
@discardableResult
public func pairwise<Result: PairwiseElement>(
  _ measure: Measure, targets: DistributionSet, models: DistributionSet,
  into values: inout Matrix<Result>, threads: Int? = nil, workingMemory: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> PairwiseReport {
  try check(values, Shape(rows: targets.count, columns: models.count))
  let plan = try PairwisePlan(
    measure, targets: targets, models: models, threads: threads, workingMemory: workingMemory,
    destination: .matrix)
  return try plan.fill(&values, progress)
}

/// A measure of every target and every model, handed on in bands of targets as they are done, so that the
/// result need not fit in memory.
///
/// As `pairwise(_:targets:models:as:threads:workingMemory:progress:)`, with results within `workingMemory` too.
///
/// - Parameters:
///   - measure: what to compute.
///   - targets: the distributions p.
///   - models: the distributions q.
///   - type: the elements of the bands.
///   - threads: how many to use.
///   - workingMemory: bytes that may be used; by default 256 MiB.
///   - body: receives the targets of a band, in order, and their rows of the result.
/// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`, `.instructionSet`, `CancellationError`, and whatever
///   `body` throws.
@discardableResult
public func pairwise<Result: PairwiseElement>(
  _ measure: Measure, targets: DistributionSet, models: DistributionSet, as type: Result.Type,
  threads: Int? = nil, workingMemory: Int? = nil,
  _ body: (_ targets: Range<Int>, _ values: Matrix<Result>) throws -> Void
) throws -> PairwiseReport {
  let plan = try PairwisePlan(
    measure, targets: targets, models: models, threads: threads, workingMemory: workingMemory,
    destination: .bands)
  let bandRows = plan.bandRows
  let grid = ResultGrid<Result>(rows: min(bandRows, targets.count), columns: models.count)
  let sink =
    plan.models.distinct == nil
    ? PairwiseSink.grid(grid, bandRows: bandRows)
    : .tiles { rows, columns, values in
      let first = rows.lowerBound % bandRows
      grid.write(
        values, rows: Array(first..<first + rows.count),
        columns: plan.models.runs(of: columns, in: grid))
    }
  let counts = try plan.run(sink) { rows in
    try body(rows, grid.matrix(rows: rows.count))
  }
  return plan.report(counts)
}

extension PairwisePlan {
  /// Computes all pairs into a matrix; when this throws, the matrix is empty.
  fileprivate func fill<Result: PairwiseElement>(
    _ values: inout Matrix<Result>, _ progress: ((_ done: Int, _ total: Int) throws -> Void)?
  ) throws -> PairwiseReport {
    // One reference to the memory, so that it is written in place.
    var memory = Matrix<Result>(rows: 0, columns: 0)
    swap(&memory, &values)
    let count = memory.rows
    let grid = ResultGrid(over: consume memory)
    let (isHalf, targets, models) = (self.isHalf, self.targets, self.models)
    let isWhole = targets.distinct == nil && models.distinct == nil && !isHalf
    let sink: PairwiseSink<Result> =
      isWhole
      ? .grid(grid, bandRows: nil)
      : .tiles { rows, columns, tile in
        grid.write(
          tile, rows: rows.map { targets.place(of: $0) },
          columns: models.runs(of: columns, in: grid))
        if isHalf, columns.upperBound > rows.upperBound {
          let first = max(columns.lowerBound, rows.upperBound)
          grid.writeTurned(
            tile[columns: first - columns.lowerBound..<columns.count],
            rows: (first..<columns.upperBound).map { targets.place(of: $0) },
            columns: models.runs(of: rows, in: grid))
        }
      }
    let counts = try run(sink) { rows in
      try progress?(targets.finished(rows.upperBound), count)
    }
    if let distinct = targets.distinct {
      Threads.parallel(tasks: distinct.firsts.count, threads: threads) { kind in
        for row in distinct.members(of: kind).dropFirst() {
          grid.copyRow(distinct.firsts[kind], to: row)
        }
      }
    }
    values = grid.matrix(rows: count)
    return report(counts)
  }
}
