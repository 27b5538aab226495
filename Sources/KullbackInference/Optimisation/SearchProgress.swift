/// Where a search stands after an iteration.
public struct SearchProgress: Sendable, Equatable {
  /// Iterations done; 0 at the start.
  public let iteration: Int
  /// The objective's value.
  public let value: Double
  /// The largest element of the gradient, in absolute value.
  public let gradientNorm: Double
  /// How often the objective was evaluated so far.
  public let evaluations: Int
}
