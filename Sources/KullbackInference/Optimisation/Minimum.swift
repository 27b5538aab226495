/// What a search found.
public struct Minimum: Sendable {
  /// The best point.
  public let point: [Double]
  /// The objective there.
  public let value: Double
  /// The largest element of the gradient there, in absolute value.
  public let gradientNorm: Double
  /// Iterations done.
  public let iterations: Int
  /// How often the objective was evaluated.
  public let evaluations: Int
  /// Why the search ended.
  public let convergence: Convergence
}
