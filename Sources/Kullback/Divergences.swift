internal import KullbackKernels

// What one read of each set gives has a function of its own; every other measure is asked for by its name.

/// The forward KL divergence of each row, D(target‖model) = Σ p log(p / q).
///
/// - Shapes: as `evaluate(target:model:measures:firstRow:threads:progress:)`; the result has a value a row.
/// - Units: nats.
/// - Special values: +inf where the target has mass and the model has none; NaN for an invalid row.
/// - Accuracy: relative error at most 1e-6, 1e-12 where both sets are `Double`; never negative.
/// - Complexity: one read of each set.
/// - Throws: as `Measure.values(target:model:threads:)`.
public func forwardKL(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> [Double] {
  try Measure.forwardKL.values(target: target, model: model, threads: threads)
}

/// The reverse KL divergence of each row, D(model‖target) = Σ q log(q / p).
///
/// `reverseKL(target: p, model: q)` equals `forwardKL(target: q, model: p)` bit for bit. Shapes, units and
/// accuracy are those of `forwardKL(target:model:threads:)`.
///
/// - Throws: as `Measure.values(target:model:threads:)`.
public func reverseKL(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> [Double] {
  try Measure.reverseKL.values(target: target, model: model, threads: threads)
}

/// The Jeffreys divergence of each row, D(target‖model) + D(model‖target).
///
/// In nats.
///
/// - Throws: as `Measure.values(target:model:threads:)`.
public func jeffreys(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> [Double] {
  try Measure.jeffreys.values(target: target, model: model, threads: threads)
}

/// The cross entropy of each row, H(target,model) = -Σ p log q.
///
/// In nats.
///
/// - Throws: as `Measure.values(target:model:threads:)`.
public func crossEntropy(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> [Double] {
  try Measure.crossEntropy.values(target: target, model: model, threads: threads)
}

/// The cross entropy of each row the other way round, H(model,target) = -Σ q log p.
///
/// In nats.
///
/// - Throws: as `Measure.values(target:model:threads:)`.
public func reverseCrossEntropy(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> [Double] {
  try Measure.reverseCrossEntropy.values(target: target, model: model, threads: threads)
}

extension Measure {
  /// The values of this measure, one a row, in nats where it is information.
  ///
  ///     try Measure.jensenShannon.values(target: p, model: q)
  ///
  /// - Shapes: as `evaluate(target:model:measures:firstRow:threads:progress:)`, which also says what was wrong with
  ///   rows, and computes several measures at once.
  /// - Special values: NaN for an invalid row.
  /// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`, `.instructionSet`, or `CancellationError` when
  ///   the current task is cancelled.
  public func values(
    target: DistributionSet, model: DistributionSet, threads: Int? = nil
  ) throws -> [Double] {
    try evaluate(target: target, model: model, measures: [self], threads: threads)[self]
  }
}

/// The Shannon entropy of each distribution of a set, H(p) = -Σ p log p.
///
/// In nats.
///
/// - Special values: a class of probability 0 adds 0; NaN for an invalid row.
/// - Accuracy: relative error at most 1e-6 (`Float` and narrower), 1e-13 (`Double`), also near 0.
/// - Complexity: one read of the set.
/// - Throws: `KullbackError.invalidThreads`, `.instructionSet`.
///
/// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., eq. 2.1.
public func entropy(
  of set: DistributionSet, threads: Int? = nil
) throws(KullbackError) -> [Double] {
  try evaluateEntropy(of: set, threads: threads).values
}

/// The Shannon entropy of each distribution of a set, with diagnostics.
///
/// The values are those of `entropy(of:threads:)`.
///
/// - Throws: `KullbackError.invalidThreads`, `.instructionSet`.
public func evaluateEntropy(
  of set: DistributionSet, threads: Int? = nil
) throws(KullbackError) -> EntropyEvaluation {
  let threads = try checked(threads: threads)
  try checkInstructionSet()
  var results = RowResults(quantities: [.entropy], rows: set.count)
  evaluateRows(set.operand(), rows: 0..<set.count, into: &results, threads: threads)
  return EntropyEvaluation(results)
}

/// The Shannon entropy of each distribution of a set, with diagnostics, in blocks of rows.
///
/// As `evaluateEntropy(of:threads:)`.
///
/// - Parameters:
///   - set: the distributions.
///   - threads: how many to use; by default the processors that this process may run on.
///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
/// - Throws: as that, and `CancellationError` when the current task is cancelled.
public func evaluateEntropy(
  of set: DistributionSet, threads: Int? = nil, progress: (_ done: Int, _ total: Int) throws -> Void
) throws -> EntropyEvaluation {
  EntropyEvaluation(
    try set.evaluated(.entropy, threads: try checked(threads: threads), progress))
}

extension EntropyEvaluation {
  fileprivate init(_ results: RowResults) {
    reasons = RowReasons(codes: results.statusBytes)
    diagnostics = reasons.diagnostics()
    values = results[.entropy]
  }
}

extension DistributionSet {
  /// The logarithm of what each row is divided by to be a distribution, in blocks of rows.
  ///
  ///     log Σ exp(x / T) of logits, and log Σ p of probabilities
  ///
  /// Values and errors are those of `logSumExp(_:temperature:threads:)`.
  ///
  /// - Parameters:
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
  /// - Throws: `KullbackError.invalidThreads`, `.instructionSet`, or `CancellationError` when the current task is
  ///   cancelled.
  public func logNormalisers(
    threads: Int? = nil, progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> RowValues {
    let results = try evaluated(
      .logNormaliser, threads: try checked(threads: threads)
    ) { try progress?($0, $1) }
    return RowValues(
      values: results[.logNormaliser], reasons: RowReasons(codes: results.statusBytes))
  }

  /// A quantity of every row, in blocks of rows.
  fileprivate func evaluated(
    _ quantity: RowQuantity, threads: Int, _ progress: (Int, Int) throws -> Void
  ) throws -> RowResults {
    try checkInstructionSet()
    var results = RowResults(quantities: [quantity], rows: count)
    try forEachBlock(progress) { rows in
      evaluateRows(
        operand(), rows: rows, into: &results, at: rows.lowerBound, threads: threads)
    }
    return results
  }

  /// Calls `body` with one block of rows after the other, and looks at progress and cancellation between them.
  ///
  /// - Parameter written: bytes of each class that are written beside those that are read.
  func forEachBlock(
    writing written: Int = 0, _ progress: (Int, Int) throws -> Void,
    _ body: (_ rows: Range<Int>) throws -> Void
  ) throws {
    let bytes = max(1, classes * (matrix.kind.byteCount + written))
    let step =
      matrix.isInOrder
      ? max(16, MatchedSets.blockBytes / bytes / 16 * 16) : operand().orderedRows
    for from in stride(from: 0, to: count, by: step) {
      try checkCancellation()
      let rows = from..<min(count, from + step)
      try body(rows)
      try progress(rows.upperBound, count)
    }
  }
}
