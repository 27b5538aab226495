/// How a normal distribution is fitted to a density.
public struct VariationalOptions: Sendable {
  /// How the expectation under the distribution that is fitted is taken.
  public enum Method: Sendable {
    /// With the same draws in every iteration, which makes the objective an ordinary function: L-BFGS minimises it.
    case fixedDraws
    /// With fresh draws in every step: Adam, for dimensions in which fixed draws are too many.
    case stochastic(Adam)
  }

  /// How expectations are taken.
  public var method = Method.fixedDraws
  /// How many fixed draws: an even number, for a full covariance at least twice the dimension and 2.
  ///
  /// By default four times the dimension, at least 256, and for a mean field at most 2048. With fewer than that least
  /// number the objective of a full covariance has no minimum: a direction in which no draw lies costs nothing.
  public var draws: Int?
  /// What all random numbers come from.
  public var seed: UInt64 = 1
  /// The search with fixed draws; its gradient is in nats a standard deviation of where it started.
  public var search = LBFGS()
  /// Where the search begins.
  ///
  /// By default the mode and the curvature there, where that is the best approximation, and else the curvature at 0,
  /// or normal distributions around 0 whose standard deviation is 1 or less.
  public var start: MultivariateNormal?
  /// How many fresh draws the lower bound and the diagnostic are computed from, at least 2.
  public var diagnosticDraws = 4000
  /// How many there are instead where the diagnostic of the first ones is not good.
  ///
  /// Below its tail, the log weight of a good fit is nearly a cubic or quartic polynomial of a coordinate, which
  /// turns within the draws: equal weights pile up there. Where the pile lies among the largest weights, 4.7 % of
  /// 4000, the tail that is fitted to them looks far too heavy; 1.5 % of 40,000 are beyond it. Never more than
  /// 4 million numbers: in many dimensions no coordinate is alone, and there is no pile.
  public var mostDiagnosticDraws = 40_000
  /// How many other sets of fixed draws the errors of the mean are estimated from; with fewer than 2 they are not.
  public var replications = 8

  /// The defaults.
  public init() {
    search.gradientTolerance = 1e-7
  }

  /// The number of draws that decide, where the first ones do not find a fit good.
  func decidingDraws(dimension: Int) -> Int {
    max(diagnosticDraws, min(mostDiagnosticDraws, 4_000_000 / dimension))
  }

  /// The number of fixed draws for a dimension.
  func fixedDraws(_ family: GaussianFamily, dimension: Int) throws(InferenceError) -> Int {
    let least = family == .full ? 2 * dimension + 2 : 2
    guard let draws else {
      return max(256, family == .full ? 4 * dimension : min(4 * dimension, 2048))
    }
    guard draws >= least, draws % 2 == 0 else {
      throw .invalidParameter(
        "number of draws", Double(draws),
        mustBe: "even and at least \(least) for \(dimension) dimensions")
    }
    return draws
  }
}
