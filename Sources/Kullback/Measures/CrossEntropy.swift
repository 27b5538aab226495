internal import KullbackKernels

extension Measure {
  /// The cross entropy of the model under the target, H(p,q) = -Σ p log q = H(p) + D(p‖q).
  public static let crossEntropy = Measure(
    name: "cross-entropy", title: "cross entropy", notation: "H(target,model)",
    isDivergence: false, quantity: .crossEntropy)
}
