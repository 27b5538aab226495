internal import KullbackKernels

/// Evaluates measures of every row of a target against the same row of a model.
///
/// - Shapes: both sets have the same number of classes and of rows; a set of one row is compared with
///   every row of the other.
/// - Units: nats.
/// - Special values: a row that is not valid on either side gives NaN and a diagnostic, and stops
///   nothing else; mass of the target where the model has none gives +inf.
/// - Accuracy: relative error of a divergence at most 1e-6 (1e-12 where both sets are `Double`), however
///   small it is. Results do not depend on the number of threads.
/// - Complexity: one read of each set from memory, and one or two more for each power sum that measures come
///   from (Rényi, Tsallis, alpha, chi-squared, Bhattacharyya). Beyond the results, memory is constant; rows of
///   mapped files are brought in ahead and given back behind.
/// - Parameters:
///   - target: the distributions p.
///   - model: the distributions q.
///   - measures: what to compute; by default all that one read of each set gives.
///   - threads: how many to use; by default the processors that this process may run on.
///   - firstRow: the number of the first row, which diagnostics and summaries go by.
///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
/// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`, `.instructionSet`, or `CancellationError` when the current task is cancelled.
public func evaluate(
  target: DistributionSet, model: DistributionSet, measures: [Measure] = Measure.oneRead,
  firstRow: Int = 0, threads: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> Evaluation {
  let sets = try MatchedSets(target: target, model: model, threads: threads)
  let results = try sets.run(measures.map(\.source), progress)
  return Evaluation(measures: measures, results: results, firstRow: firstRow)
}

/// Evaluates measures of every row of a target against the same row of a model, into memory that is there already.
///
/// As `evaluate(target:model:measures:firstRow:threads:progress:)`, with memory for a block of rows beside the
/// results. When this throws, some of the results are there.
///
/// - Shapes: `values` has a row for each measure and a column for each row of the sets.
/// - Returns: what became of every row.
/// - Throws: as that, and `KullbackError.resultShape` where `values` has another shape.
@discardableResult
public func evaluate(
  target: DistributionSet, model: DistributionSet, measures: [Measure],
  into values: inout Matrix<Double>, threads: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> RowReasons {
  let sets = try MatchedSets(target: target, model: model, threads: threads)
  let expected = Shape(rows: measures.count, columns: sets.rows)
  let given = Shape(rows: values.rows, columns: values.columns)
  guard expected == given else {
    throw KullbackError.resultShape(expected: expected, given: given)
  }
  return try sets.write(measures, into: &values, progress)
}

/// Evaluates blocks of rows from any source, handing each block's results on as they come.
///
/// - Parameters:
///   - blocks: pairs of sets, each as `evaluate(target:model:measures:firstRow:threads:progress:)` takes them.
///   - measures: what to compute of every row.
///   - threads: how many to use; by default the processors that this process may run on.
///   - exactLimit: how many values of each measure are held for exact quantiles.
///   - body: receives each block's results.
/// - Returns: the summaries of all rows.
/// - Throws: `KullbackError`, `CancellationError`, and whatever the source or `body` throws.
public func evaluate<Blocks: AsyncSequence>(
  blocks: Blocks, measures: [Measure] = Measure.oneRead, threads: Int? = nil,
  exactLimit: Int = Summary.defaultExactLimit, _ body: (Evaluation) async throws -> Void = { _ in }
) async throws -> EvaluationStream
where Blocks.Element == (target: DistributionSet, model: DistributionSet) {
  var stream = EvaluationStream(measures: measures, threads: threads, exactLimit: exactLimit)
  for try await block in blocks {
    try checkCancellation()
    try await body(stream.add(target: block.target, model: block.model))
  }
  return stream
}

/// A target and a model that fit together, evaluated block by block.
struct MatchedSets {
  let target: RowOperand
  let model: RowOperand
  let rows: Int
  let threads: Int

  init(target: DistributionSet, model: DistributionSet, threads: Int?) throws {
    guard
      target.classes == model.classes,
      target.count == model.count || target.count == 1 || model.count == 1
    else { throw KullbackError.shapeMismatch(target: target.shape, model: model.shape) }
    self.threads = try checked(threads: threads)
    try checkInstructionSet()
    rows = target.count == 1 ? model.count : target.count
    self.target = target.operand(isRepeated: target.count == 1)
    self.model = model.operand(isRepeated: model.count == 1)
  }

  /// Bytes of input that are worked on between two looks at progress and cancellation.
  static let blockBytes = 64 << 20

  /// Rows that are worked on between two such looks.
  private var step: Int {
    let rowBytes =
      target.matrix.columns * (target.matrix.kind.byteCount + model.matrix.kind.byteCount)
    let usual = max(16, MatchedSets.blockBytes / max(1, rowBytes) / 16 * 16)
    let copied = [target, model].filter { !$0.isRepeated && !$0.matrix.isInOrder }
    return copied.map(\.orderedRows).min() ?? usual
  }

  /// The row that stands for all rows of a side, in order; nil where there are more.
  private func repeated(_ side: RowOperand) -> RowOperand? {
    side.isRepeated ? side.inOrder(threads: threads) : nil
  }

  func run(
    _ sources: [Measure.Source], _ progress: ((Int, Int) throws -> Void)?
  ) throws -> PairValues {
    var results = PairValues(sources: sources, rows: rows)
    try forEachBlock(progress) { target, model, rows in
      results.evaluate(
        target, model, rows: 0..<rows.count, at: rows.lowerBound, threads: threads)
    }
    return results
  }

  /// Writes measures to the rows of a matrix, a block of columns after the other.
  fileprivate func write(
    _ measures: [Measure], into values: inout Matrix<Double>,
    _ progress: ((Int, Int) throws -> Void)?
  ) throws -> RowReasons {
    var codes: [UInt8] = []
    codes.reserveCapacity(rows)
    let sources = measures.map(\.source)
    try forEachBlock(progress) { target, model, rows in
      var found = PairValues(sources: sources, rows: rows.count)
      found.evaluate(target, model, rows: 0..<rows.count, at: 0, threads: threads)
      for (index, measure) in measures.enumerated() {
        let column = measure.values(in: found)
        values.withMutableElements { elements, stride in
          let first = index * stride + rows.lowerBound
          for (place, value) in column.enumerated() { elements[first + place] = value }
        }
      }
      codes += found.reasons.codes
    }
    return RowReasons(codes: codes)
  }

  /// Calls `body` with the sides of one block of rows after the other, whose first row is their row 0.
  func forEachBlock(
    _ progress: ((Int, Int) throws -> Void)?,
    _ body: (_ target: RowOperand, _ model: RowOperand, _ rows: Range<Int>) throws -> Void
  ) throws {
    let sides = [target, model].filter { !$0.isRepeated && $0.matrix.isMapped }
    let (repeatedTarget, repeatedModel) = (repeated(target), repeated(model))
    var (targetRoom, modelRoom): (AnyMatrix?, AnyMatrix?)
    var from = 0
    while from < rows {
      try checkCancellation()
      let block = from..<min(rows, from + step)
      let next = block.upperBound..<min(rows, block.upperBound + step)
      if from == 0 { for side in sides { side.matrix.prefetch(rows: block) } }
      let (first, second) = (
        repeatedTarget ?? target.inOrder(rows: block, threads: threads, in: &targetRoom),
        repeatedModel ?? model.inOrder(rows: block, threads: threads, in: &modelRoom)
      )
      for side in sides { side.matrix.prefetch(rows: next) }
      try body(first, second, block)
      for side in sides where side.matrix.isInOrder { side.matrix.release(rows: block) }
      from = block.upperBound
      try progress?(from, rows)
    }
  }
}
