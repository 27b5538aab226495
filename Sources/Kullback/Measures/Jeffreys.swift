internal import KullbackKernels

extension Measure {
  /// The Jeffreys divergence, J(p,q) = D(p‖q) + D(q‖p).
  ///
  /// Source: Jeffreys 1946, Proceedings of the Royal Society A 186.
  public static let jeffreys = Measure(
    name: "jeffreys", title: "Jeffreys", notation: "J(target,model)",
    isSymmetric: true, quantity: .jeffreys)
}
