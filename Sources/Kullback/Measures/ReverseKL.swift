internal import KullbackKernels

extension Measure {
  /// The Kullback-Leibler divergence of the target from the model, D(q‖p) = Σ q log(q / p).
  ///
  /// Infinite where the target gives no mass to a class that the model has.
  ///
  /// Source: as `forwardKL`, with the roles exchanged.
  public static let reverseKL = Measure(
    name: "reverse-kl", title: "reverse KL", notation: "D(model‖target)",
    quantity: .reversedDivergence)
}
