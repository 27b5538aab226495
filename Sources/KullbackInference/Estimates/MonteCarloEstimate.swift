/// A mean of draws and how far it may be from what it estimates.
public struct MonteCarloEstimate: Sendable, Equatable {
  /// The mean.
  public let value: Double
  /// Its standard error: the standard deviation of the draws' terms over the root of their number.
  public let standardError: Double
  /// How many draws there were.
  public let count: Int
}
