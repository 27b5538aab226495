internal import KullbackKernels

/// The forward KL divergence of each row, D(target‖model) = Σ p log(p / q).
///
/// - Shapes: as `evaluate(target:model:measures:threads:progress:)`; the result has a value a row.
/// - Units: nats.
/// - Special values: +inf where the target has mass and the model has none; NaN for an invalid row.
/// - Accuracy: relative error at most 1e-6, 1e-12 where both sets are `Double`; never negative.
/// - Complexity: one read of each set.
/// - Throws: `KullbackError.shapeMismatch`.
public func forwardKL(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .forwardKL, target, model)
}

/// The reverse KL divergence of each row, D(model‖target) = Σ q log(q / p).
///
/// `reverseKL(target: p, model: q)` equals `forwardKL(target: q, model: p)` bit for bit. Shapes, units,
/// accuracy and errors are those of `forwardKL(target:model:)`.
public func reverseKL(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .reverseKL, target, model)
}

/// The cross entropy of each row, H(target,model) = -Σ p log q.
///
/// In nats.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func crossEntropy(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .crossEntropy, target, model)
}

/// The Shannon entropy of each distribution of a set, H(p) = -Σ p log p.
///
/// In nats.
///
/// - Special values: a class of probability 0 adds 0; NaN for an invalid row.
/// - Accuracy: relative error at most 1e-6 (`Float` and narrower), 1e-13 (`Double`), also near 0.
/// - Complexity: one read of the set.
///
/// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., eq. 2.1.
public func entropy(of set: DistributionSet) -> [Double] {
  rowValues(of: .entropy, set.operand(), threads: nil)
}

/// The entropies of a set and what was wrong with its rows.
public struct EntropyEvaluation: Sendable {
  /// The entropy of each row, in nats; NaN where the row is not valid.
  public let values: [Double]
  /// Rows that are not valid, on the side of the target.
  public let diagnostics: Diagnostics
}

/// The Shannon entropy of each distribution of a set, with diagnostics.
///
/// The values are those of `entropy(of:)`.
///
/// - Throws: `KullbackError.instructionSet`.
public func evaluateEntropy(
  of set: DistributionSet, threads: Int? = nil
) throws(KullbackError) -> EntropyEvaluation {
  try checkInstructionSet()
  var results = RowResults(quantities: [.entropy], rows: set.count)
  evaluateRows(
    set.operand(), rows: 0..<set.count, into: &results, threads: threads ?? Threads.default)
  var diagnostics = Diagnostics()
  for row in results.invalidRows(in: 0..<set.count) {
    diagnostics.add(row: row, target: results.status(ofRow: row), model: .valid)
  }
  return EntropyEvaluation(values: results[.entropy], diagnostics: diagnostics)
}

/// The Jeffreys divergence of each row, D(target‖model) + D(model‖target).
///
/// In nats.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func jeffreys(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .jeffreys, target, model)
}

/// The Jensen-Shannon divergence (not its square root) of each row; at most log 2 nats.
///
/// - Complexity: two looks at each row, the second from cache.
/// - Throws: `KullbackError.shapeMismatch`.
public func jensenShannon(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .jensenShannon, target, model)
}

/// The total variation distance of each row, ½ Σ |p - q|, in 0...1.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func totalVariation(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .totalVariation, target, model)
}

/// The Hellinger distance of each row, √(½ Σ (√p - √q)²), in 0...1.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func hellinger(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .hellinger, target, model)
}

/// The Rényi divergence of an order α of each row, log Σ p^α q^(1-α) / (α - 1).
///
/// In nats. See `Measure.renyi(order:)` for orders, special values and source.
///
/// - Complexity: two looks at each row, the second from cache.
/// - Throws: `KullbackError.invalidOrder`, `.shapeMismatch`.
public func renyi(
  order: Double, target: DistributionSet, model: DistributionSet
) throws -> [Double] {
  try values(of: .renyi(order: order), target, model)
}

/// Pearson's χ² of each row, Σ (p - q)² / q.
///
/// +inf where the target has mass and the model has none.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func chiSquared(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .chiSquared, target, model)
}

/// The Bhattacharyya distance of each row, -log Σ √(p q).
///
/// In nats.
///
/// - Throws: `KullbackError.shapeMismatch`.
public func bhattacharyya(target: DistributionSet, model: DistributionSet) throws -> [Double] {
  try values(of: .bhattacharyya, target, model)
}

private func values(
  of measure: Measure, _ target: DistributionSet, _ model: DistributionSet
) throws -> [Double] {
  try evaluate(target: target, model: model, measures: [measure])[measure]
}
