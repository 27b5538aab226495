internal import KullbackKernels

extension Measure {
  /// The Shannon entropy of the model, H(q) = -Σ q log q.
  ///
  /// Source: Cover and Thomas, 2nd ed., eq. 2.1.
  public static let modelEntropy = Measure(
    name: "model-entropy", title: "model entropy", notation: "H(model)",
    isDivergence: false, quantity: .entropyOfSecond)
}
