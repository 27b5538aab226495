internal import KullbackKernels

extension Measure {
  /// The cross entropy of the target under the model, H(q,p) = -Σ q log p = H(q) + D(q‖p).
  public static let reverseCrossEntropy = Measure(
    name: "reverse-cross-entropy", title: "reverse cross entropy", notation: "H(model,target)",
    isDivergence: false, quantity: .reversedCrossEntropy)
}
