internal import Kullback

/// Fits a normal distribution to a density by forward KL: moments by adaptive importance sampling.
///
///     q* = argmin D(p‖q) = argmin H(p,q),   whose mean and covariance are those of p
///
/// Draws come from a proposal around the present fit, are weighted by p over the proposal (self-normalised, so
/// that p need not be), and their weighted moments are the next fit, until the moments stand still within
/// their Monte-Carlo error; a last, larger round gives the result.
///
/// The proposal is the fit itself and copies of it with 2, 4 and 8 times the deviations, for a tenth to a
/// quarter of the draws: its tails are wide, so that weights are bounded for every target whose tails are not
/// heavier than the widest copy's. While a few draws have nearly all the weight, weights are raised to a power
/// below 1.
///
/// A mode that no draw came near is not in the fit, and nothing here can tell.
///
/// Source: Cappé, Guillin, Marin and Robert, *J. Comput. Graph. Stat.* 13 (2004) 907 (population Monte Carlo);
/// Owen, *Monte Carlo theory, methods and examples* 2013, chapter 9.
public struct ForwardInference: Sendable {
  /// A full covariance or a diagonal one; a mean field's variances are the target's own.
  public var family = GaussianFamily.full
  /// Draws of every round but the last; at least 100 for each dimension and one more are taken.
  public var drawsPerRound = 4000
  /// Draws of the last round; at least those of the others are taken.
  public var finalDraws = 40_000
  /// The most rounds before the last.
  public var maximumRounds = 50
  /// Which draws are made.
  public var seed: UInt64 = 1
  /// At most so many threads, also in the densities of this library; the result is the same bits whatever their number.
  public var threads: Int?

  /// A fit with the default numbers of draws.
  public init() {}

  /// Fits a density, beginning with its reverse fit of full covariance.
  ///
  /// As the form with a proposal.
  ///
  /// - Throws: as that, and as `fitGaussian(to:family:options:threads:report:)`.
  public func fit(
    _ target: some Density, report: (ForwardRound) throws -> Void = { _ in }
  ) throws -> ForwardFit {
    let reverse = try fitGaussian(to: target, threads: threads)
    return try fit(target, proposal: reverse.gaussian, report: report)
  }

  /// Fits a density, beginning with a proposal.
  ///
  /// - Parameters:
  ///   - target: the density p; it need not be normalised. Its gradient is not asked for.
  ///   - proposal: where to begin: the target's mass should be within eight of its deviations.
  ///   - report: is told of every round; what it throws ends the fit.
  /// - Complexity: a call of the target for the draws of each round, and n² operations a draw.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter`, also for no threads; `.invalidDensity` where the target is NaN
  ///   or +inf; `.noDensity` where no draw has density; what `target` and `report` throw.
  public func fit(
    _ target: any Density, proposal: MultivariateNormal,
    report: (ForwardRound) throws -> Void = { _ in }
  ) throws -> ForwardFit {
    try check(target, proposal)
    return try FitThreads.$count.withValue(checked(threads: threads)) {
      try rounds(of: target, from: proposal, report)
    }
  }

  private func rounds(
    of target: any Density, from proposal: MultivariateNormal,
    _ report: (ForwardRound) throws -> Void
  ) throws -> ForwardFit {
    var generator = SplitMix(seed: seed)
    var normal = proposal
    var before: RoundEstimate?
    var rounds: [ForwardRound] = []
    var convergence = ForwardConvergence.roundsExhausted
    let count = max(drawsPerRound, 100 * (target.dimension + 1))
    for number in 1...maximumRounds {
      let estimate = try RoundEstimate(
        target, around: normal, draws: count, seed: generator.next())
      let round = estimate.round(number, after: before)
      rounds.append(round)
      try report(round)
      normal = estimate.normal
      before = estimate
      if let change = round.change, change < Self.stillness, estimate.isTrusted {
        convergence = .momentsStandStill
        break
      }
    }
    let last = try RoundEstimate(
      target, around: normal, draws: max(finalDraws, count), seed: generator.next())
    rounds.append(last.round(rounds.count + 1, after: before))
    try report(rounds[rounds.count - 1])
    return try last.fit(family, rounds, last.isTrusted ? convergence : .roundsExhausted)
  }

  /// A mean square of changes in units of their errors that chance alone explains.
  private static let stillness = 2.0

  private func check(
    _ target: any Density, _ proposal: MultivariateNormal
  ) throws(InferenceError) {
    guard target.dimension > 0 else {
      throw .lengthMismatch("dimensions of the target", expected: 1, given: 0)
    }
    guard proposal.dimension == target.dimension else {
      throw .lengthMismatch(
        "dimensions of the proposal", expected: target.dimension, given: proposal.dimension)
    }
    for (name, value) in [
      ("drawsPerRound", drawsPerRound), ("finalDraws", finalDraws),
      ("maximumRounds", maximumRounds),
    ] where value < 1 {
      throw .invalidParameter(name, Double(value), mustBe: "1 or above")
    }
  }
}
