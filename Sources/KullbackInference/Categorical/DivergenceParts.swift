/// A divergence and the two entropies that it is the difference of, in nats, as means over rows.
///
///     forward:  D(p‖q) = H(p,q) - H(p)          reverse:  D(q‖p) = H(q,p) - H(q)
public struct DivergenceParts: Sendable, Equatable {
  /// H(p,q), or H(q,p).
  public let crossEntropy: Double
  /// The divergence: computed by itself, with digits where the difference would have none.
  public let divergence: Double

  /// H(p), or H(q).
  public var entropy: Double { max(0, crossEntropy - divergence) }
}
