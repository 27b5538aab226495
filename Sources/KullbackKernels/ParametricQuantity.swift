internal import CVectorKernels

/// A quantity of two rows p and q that has a parameter, or is found as those that have.
public enum ParametricQuantity: Sendable, Hashable {
  /// log Σ p^α q^(1-α) over the classes in which both have mass, of an order α; for an infinite one log max p/q.
  case powerSum(order: Double)
  /// D(p ‖ αq + (1-α)p) with the weight α of q, above 0 and below 1 (Lee 1999).
  case skewDivergence(weight: Double)
  /// The share of the largest classes of p, so many of them or all, that are among those of q. Of equal classes those
  /// with lower numbers count as larger.
  case topOverlap(count: Int)
  /// The rank of p's largest class in q, 1 being the largest: it has no parameter.
  case topRank

  /// How many classes `topOverlap` takes.
  public static let topCounts = 1...Int(KVK_TOP_MOST)

  /// The parameter α.
  var parameter: Double {
    switch self {
    case .powerSum(let order): order
    case .skewDivergence(let weight): weight
    case .topOverlap(let count): Double(count)
    case .topRank: 0
    }
  }

  var code: Int32 {
    switch self {
    case .powerSum: Int32(KVK_POWER)
    case .skewDivergence: Int32(KVK_SKEW)
    case .topOverlap: Int32(KVK_TOP_OVERLAP)
    case .topRank: Int32(KVK_TOP_RANK)
    }
  }

  /// Whether it is defined for its parameter.
  var isDefined: Bool {
    switch self {
    case .powerSum(let order): order > -.infinity
    case .skewDivergence(let weight): weight > 0 && weight < 1
    case .topOverlap(let count): Self.topCounts.contains(count)
    case .topRank: true
    }
  }
}
