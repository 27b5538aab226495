internal import KullbackKernels

extension Measure {
  /// The Rényi divergence of an order α, D_α(p‖q) = log Σ p^α q^(1-α) / (α - 1).
  ///
  /// It rises with the order: order 0 is -log of the model's mass in the target's classes, ½ twice the
  /// Bhattacharyya distance, 1 the forward KL divergence, 2 the logarithm of 1 + χ², and infinity
  /// log max p/q.
  ///
  /// - Special values: below order 1, infinite only where no class has mass on both sides; from 1 on,
  ///   where the model gives no mass to a class that the target has.
  /// - Accuracy: that of the divergences, for every order.
  /// - Throws: `KullbackError.invalidOrder` unless the order is 0 or above; infinity is one.
  ///
  /// Source: van Erven and Harremoës 2014, IEEE Transactions on Information Theory 60.
  public static func renyi(order: Double) throws(KullbackError) -> Measure {
    guard order >= 0 else { throw .invalidOrder(order, of: "renyi") }
    let less = order - 1
    let divides: @Sendable (Double) -> Double = { nonNegative($0 / less) }
    return Measure(
      name: MeasureFamily.name("renyi", order),
      title: "Rényi divergence of order \(order.spelt)",
      notation: "R[\(order.spelt)](target‖model)",
      isSymmetric: order == 0.5, source: order == 1 ? .quantity(.divergence) : .power(order: order),
      transform: order == 1 || order == .infinity ? nil : divides)
  }
}
