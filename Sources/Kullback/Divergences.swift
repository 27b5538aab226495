internal import KullbackKernels

// What one read of each set gives has a function of its own; every other measure is asked for by its name.

/// The forward KL divergence of each row, D(target‖model) = Σ p log(p / q).
///
/// - Shapes: as `evaluate(target:model:measures:threads:progress:)`; the result has a value a row.
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
  /// - Shapes: as `evaluate(target:model:measures:threads:progress:)`, which also says what was wrong with
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
  var diagnostics = Diagnostics()
  for row in results.invalidRows(in: 0..<set.count) {
    diagnostics.add(row: row, target: results.status(ofRow: row), model: .valid)
  }
  return EntropyEvaluation(values: results[.entropy], diagnostics: diagnostics)
}
