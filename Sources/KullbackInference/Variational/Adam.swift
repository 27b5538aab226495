/// Stochastic gradient steps with a running scale for each parameter.
///
/// Source: Kingma and Ba, *Adam*, ICLR 2015, arXiv:1412.6980.
public struct Adam: Sendable, Equatable {
  /// How many steps.
  public var steps = 2000
  /// Fresh draws in every step, in antithetic pairs.
  public var draws = 16
  /// The rate of the first steps, in standard deviations of the start; it falls as a cosine to `finalRate`.
  public var rate = 0.05
  /// The rate of the last step.
  public var finalRate = 0.0005
  /// The share of the steps, the last ones, whose parameters are averaged.
  public var averagedShare = 0.25

  /// The defaults.
  public init() {}

  func check() throws(InferenceError) {
    guard steps >= 8 else {
      throw .invalidParameter("number of steps", Double(steps), mustBe: "at least 8")
    }
    guard draws >= 2, draws % 2 == 0 else {
      throw .invalidParameter("draws of a step", Double(draws), mustBe: "even and at least 2")
    }
    guard finalRate > 0, rate >= finalRate, rate.isFinite else {
      throw .invalidParameter("rate", rate, mustBe: "finite, above 0 and not below the final one")
    }
    guard averagedShare > 0, averagedShare <= 1 else {
      throw .invalidParameter("averaged share", averagedShare, mustBe: "above 0 and at most 1")
    }
  }
}
