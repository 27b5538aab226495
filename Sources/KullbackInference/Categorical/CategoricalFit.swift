public import Kullback
internal import KullbackKernels
internal import CLibm

/// The one distribution that is nearest to many.
public struct CategoricalFit: Sendable, Equatable {
  /// The probability of each class.
  public let probabilities: [Double]
  /// The mean divergence that is left, in nats: D(p‖q) or D(q‖p), whichever was minimised.
  public let divergence: Double
}

/// The distribution q that minimises the mean of D(p‖q) over targets p: their mean.
///
///     q = Σ w p / Σ w
///
/// What is left, Σ w D(p‖q) / Σ w, is the targets' generalised Jensen-Shannon divergence.
///
/// - Shapes: a weight for each target, 0 or above; 1 where nil.
/// - Complexity: two reads of the targets.
/// - Throws: `InferenceError.lengthMismatch`, `.invalidSampleWeight`, `.invalidTarget`, `.nothingToFit`.
///
/// Source: Banerjee, Merugu, Dhillon and Ghosh, *Clustering with Bregman divergences*, JMLR 6, 2005,
/// proposition 1.
public func fitCategorical(
  byForwardKLTo targets: DistributionSet, sampleWeights: [Double]? = nil
) throws -> CategoricalFit {
  let shares = try shares(targets, sampleWeights)
  let sums = sums(of: targets, as: .softmax, shares)
  let total = sums.reduce(0, +)
  let probabilities = sums.map { $0 / total }
  let model = try DistributionSet(probabilities: Matrix([probabilities]))
  let divergences = try forwardKL(target: targets, model: model)
  return CategoricalFit(
    probabilities: probabilities, divergence: weightedMean(divergences, shares))
}

/// The distribution q that minimises the mean of D(q‖p) over targets p: their normalised geometric mean.
///
///     q = exp(Σ w log p / Σ w) / z        z = Σ exp(Σ w log p / Σ w)
///
/// What is left is -log z. A class in which a target with weight has no mass has none in q.
///
/// - Shapes: a weight for each target, 0 or above; 1 where nil.
/// - Complexity: one read of the targets.
/// - Throws: `InferenceError.lengthMismatch`, `.invalidSampleWeight`, `.invalidTarget`, `.nothingToFit`,
///   `.noCommonClass` where no class has mass in all targets: then no q is at a finite divergence.
///
/// Source: Banerjee, Merugu, Dhillon and Ghosh, *Clustering with Bregman divergences*, JMLR 6, 2005,
/// proposition 1, of the logarithms.
public func fitCategorical(
  byReverseKLTo targets: DistributionSet, sampleWeights: [Double]? = nil
) throws -> CategoricalFit {
  let shares = try shares(targets, sampleWeights)
  let means = sums(of: targets, as: .logSoftmax, shares)
  guard let top = means.max(), top > -.infinity else { throw InferenceError.noCommonClass }
  let masses = means.map { exp($0 - top) }
  let total = masses.reduce(0, +)
  return CategoricalFit(
    probabilities: masses.map { $0 / total }, divergence: max(0, -(top + log(total))))
}

/// The weights of targets as shares of 1, after checking both.
private func shares(
  _ targets: DistributionSet, _ weights: [Double]?
) throws(InferenceError) -> [Double] {
  let total = try checkedTotal(of: weights, rows: targets.count)
  try SoftmaxTargets.check(targets, forReverseKL: false)
  return (0..<targets.count).map { (weights?[$0] ?? 1) / total }
}

/// Σ w, after checking each.
func checkedTotal(of weights: [Double]?, rows: Int) throws(InferenceError) -> Double {
  guard rows > 0 else { throw .nothingToFit }
  guard let weights else { return Double(rows) }
  guard weights.count == rows else {
    throw .lengthMismatch("sample weights", expected: rows, given: weights.count)
  }
  for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
    throw .invalidSampleWeight(row: row, weight)
  }
  let total = weights.reduce(0, +)
  guard total > 0, total.isFinite else { throw .nothingToFit }
  return total
}

/// Σ share × row over rows with a share, of probabilities or of their logarithms.
private func sums(
  of targets: DistributionSet, as output: RowOutput, _ shares: [Double]
) -> [Double] {
  var sums = [Double](repeating: 0, count: targets.classes)
  let step = max(1, (1 << 16) / targets.classes)
  for first in stride(from: 0, to: targets.count, by: step) {
    let rows = first..<min(targets.count, first + step)
    let values = writeRows(
      targets.operand(), rows: rows, as: output, to: Double.self, threads: 1
    ).result
    for row in rows where shares[row] > 0 {
      add(values[rows: row - first..<row - first + 1], times: shares[row], to: &sums)
    }
  }
  return sums
}

private func weightedMean(_ values: [Double], _ shares: [Double]) -> Double {
  zip(values, shares).reduce(0) { $1.1 > 0 ? $0 + $1.0 * $1.1 : $0 }
}
