/// What is averaged to estimate a divergence from draws of the target.
public enum MonteCarloEstimator: Sendable, CaseIterable {
  /// log p - log q, whose mean under p is D(p‖q); single terms, and so the estimate, may be negative.
  ///
  /// If a density lacks a constant factor, the estimate is off by the logarithm of that constant.
  case plain
  /// (r - 1) - log r with r = q/p, which is never negative and often varies less.
  ///
  /// Its mean under p is D(p‖q) if both densities are normalised and q has no mass where p has none: only then
  /// is the mean of r 1. With an unnormalised density it estimates something else.
  case nonNegative
}
