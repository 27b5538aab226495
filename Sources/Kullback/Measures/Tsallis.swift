internal import KullbackKernels

extension Measure {
  /// The Tsallis relative entropy of an order α, (Σ p^α q^(1-α) - 1) / (α - 1).
  ///
  /// Order 1 is the forward KL divergence in nats, order 2 χ². A plain number: no logarithm is taken, and no
  /// base converts it. Below order 0 it would not be a divergence.
  ///
  /// - Special values: below order 1 it is finite; from 1 on, infinite where the model gives no mass to a
  ///   class that the target has.
  /// - Accuracy: that of the divergences, for every order.
  /// - Throws: `KullbackError.invalidOrder` unless the order is finite, 0 or above.
  ///
  /// Source: Tsallis 1998, Physical Review E 58, 1442.
  public static func tsallis(order: Double) throws(KullbackError) -> Measure {
    guard order >= 0, order.isFinite else {
      throw .invalidOrder(order, of: "tsallis")
    }
    let less = order - 1
    let divides: @Sendable (Double) -> Double = { nonNegative(excess($0) / less) }
    return Measure(
      name: MeasureFamily.name("tsallis", order),
      title: "Tsallis relative entropy of order \(order.spelt)",
      notation: "T[\(order.spelt)](target‖model)", dimension: .number,
      isSymmetric: order == 0.5, source: order == 1 ? .quantity(.divergence) : .power(order: order),
      transform: order == 1 ? nil : divides)
  }
}
