/// The divergences of pairs of normals, and which of them there are not.
public struct NormalDivergences: Sendable, Equatable {
  /// A normal that is none.
  public struct Invalid: Sendable, Equatable {
    /// Which pair.
    public let pair: Int
    /// Whether it is the model, and not the target.
    public let isModel: Bool
    /// What is wrong with it.
    public let reason: InferenceError
  }

  /// The divergence of each pair in nats; NaN where one of the two is invalid.
  public let values: [Double]
  /// The invalid normals in the order of the pairs, a target before its model.
  public let invalid: [Invalid]
}
