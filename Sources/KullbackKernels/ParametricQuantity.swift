internal import CVectorKernels

/// A quantity of two rows p and q that has a parameter.
public enum ParametricQuantity: Sendable, Hashable {
  /// log Σ p^α q^(1-α) over the classes in which both have mass, of an order α; for an infinite one log max p/q.
  case powerSum(order: Double)
  /// D(p ‖ αq + (1-α)p) with the weight α of q, above 0 and below 1 (Lee 1999).
  case skewDivergence(weight: Double)

  /// The parameter α.
  var parameter: Double {
    switch self {
    case .powerSum(let order): order
    case .skewDivergence(let weight): weight
    }
  }

  var code: Int32 {
    switch self {
    case .powerSum: Int32(KVK_POWER)
    case .skewDivergence: Int32(KVK_SKEW)
    }
  }

  /// Whether it is defined for its parameter.
  var isDefined: Bool {
    switch self {
    case .powerSum(let order): order > -.infinity
    case .skewDivergence(let weight): weight > 0 && weight < 1
    }
  }
}
