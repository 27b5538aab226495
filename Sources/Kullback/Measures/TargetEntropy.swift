internal import KullbackKernels

extension Measure {
  /// The Shannon entropy of the target, H(p) = -Σ p log p.
  ///
  /// Source: Cover and Thomas, 2nd ed., eq. 2.1.
  public static let targetEntropy = Measure(
    name: "target-entropy", title: "target entropy", notation: "H(target)",
    isDivergence: false, quantity: .entropyOfFirst)
}
