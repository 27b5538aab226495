internal import Kullback
internal import KullbackKernels

/// Weighted sums over rows.
struct SoftmaxSums: Sendable {
  var crossEntropy = 0.0
  var divergence = 0.0
  var reversedCrossEntropy = 0.0
  var reversedDivergence = 0.0

  mutating func add(_ other: SoftmaxSums) {
    crossEntropy += other.crossEntropy
    divergence += other.divergence
    reversedCrossEntropy += other.reversedCrossEntropy
    reversedDivergence += other.reversedDivergence
  }
}
