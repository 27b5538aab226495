internal import KullbackKernels

extension Measure {
  /// The Kullback-Leibler divergence of the model from the target, D(p‖q) = Σ p log(p / q).
  ///
  /// Infinite where the model gives no mass to a class that the target has.
  ///
  /// Source: Kullback and Leibler 1951, Annals of Mathematical Statistics 22; Cover and Thomas,
  /// *Elements of Information Theory*, 2nd ed., eq. 2.26.
  public static let forwardKL = Measure(
    name: "forward-kl", title: "forward KL", notation: "D(target‖model)",
    quantity: .divergence)
}
