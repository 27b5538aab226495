internal import KullbackKernels

extension Measure {
  /// The alpha divergence of an order α, (Σ p^α q^(1-α) - 1) / (α (α - 1)).
  ///
  /// Order 1 is the forward KL divergence and order 0 the reverse, both in nats; ½ is four times the squared
  /// Hellinger distance, 2 half of χ². Order 1 - α is order α with the roles exchanged. A plain number: no
  /// base converts it.
  ///
  /// - Special values: for orders from 1 on, infinite where the model gives no mass to a class that the
  ///   target has; up to 0, where the target gives none to one that the model has; in between finite.
  /// - Accuracy: that of the divergences, for every order but those within 1e-280 of 0.
  /// - Throws: `KullbackError.invalidOrder` unless the order is finite.
  ///
  /// Source: Cressie and Read 1984, Journal of the Royal Statistical Society B 46, eq. 2.1 with λ = α - 1;
  /// Amari, *Differential-Geometrical Methods in Statistics*, 1985.
  public static func alpha(order: Double) throws(KullbackError) -> Measure {
    guard order.isFinite else { throw .invalidOrder(order, of: "alpha") }
    let source: Source =
      switch order {
      case 1: .quantity(.divergence)
      case 0: .quantity(.reversedDivergence)
      default: .power(order: order)
      }
    let less = order - 1
    let divides: @Sendable (Double) -> Double = { nonNegative(excess($0) / order / less) }
    return Measure(
      name: MeasureFamily.name("alpha", order),
      title: "alpha divergence of order \(order.spelt)",
      notation: "A[\(order.spelt)](target‖model)", dimension: .number,
      isSymmetric: order == 0.5, source: source,
      transform: order == 0 || order == 1 ? nil : divides)
  }
}
