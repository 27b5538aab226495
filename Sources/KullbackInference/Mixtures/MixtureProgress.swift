/// Where a fit of a mixture stands after an iteration.
public struct MixtureProgress: Sendable, Equatable {
  /// Which of the starts, counted from 0.
  public let start: Int
  /// Iterations of it that are done.
  public let iteration: Int
  /// The mean log likelihood less the penalty.
  public let objective: Double
}
