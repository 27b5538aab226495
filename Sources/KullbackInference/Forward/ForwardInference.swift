internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import KullbackMatrix

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

  /// A fit with the default numbers of draws.
  public init() {}

  /// Fits a density, beginning with its reverse fit of full covariance.
  ///
  /// As the form with a proposal.
  ///
  /// - Throws: as that, and as `fitGaussian(to:family:options:report:)`.
  public func fit(
    _ target: some Density, report: (ForwardRound) throws -> Void = { _ in }
  ) throws -> ForwardFit {
    let reverse = try fitGaussian(to: target)
    return try fit(target, proposal: reverse.gaussian, report: report)
  }

  /// Fits a density, beginning with a proposal.
  ///
  /// - Parameters:
  ///   - target: the density p; it need not be normalised. Its gradient is not asked for.
  ///   - proposal: where to begin: the target's mass should be within eight of its deviations.
  ///   - report: is told of every round; what it throws ends the fit.
  /// - Complexity: a call of the target for the draws of each round, and n² operations a draw.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter`; `.invalidDensity` where the target is NaN
  ///   or +inf; `.noDensity` where no draw has density; what `target` and `report` throw.
  public func fit(
    _ target: any Density, proposal: MultivariateNormal,
    report: (ForwardRound) throws -> Void = { _ in }
  ) throws -> ForwardFit {
    try check(target, proposal)
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

/// What the draws of one round say of the target.
struct RoundEstimate {
  private let points: Matrix<Double>
  private let logDensities: [Double]
  private let weights: ImportanceWeights
  private let smoothing: ParetoSmoothing
  private let moments: SampleMoments
  private let meanErrors: [Double]
  private let varianceErrors: [Double]
  private let variances: [Double]
  /// The distribution of these moments, with a full covariance.
  let normal: MultivariateNormal

  /// Deviations of the proposal's parts in units of the fit's, and the parts' shares of the draws.
  private static let parts: [(scale: Double, share: Double)] = [
    (1, 0.6), (2, 0.25), (4, 0.1), (8, 0.05),
  ]

  init(
    _ target: any Density, around centre: MultivariateNormal, draws: Int, seed: UInt64
  ) throws {
    let proposal = try GaussianMixture(
      weights: Self.parts.map(\.share),
      components: try Self.parts.map { part throws(InferenceError) in
        var factor = centre.factor
        factor.scale(by: part.scale)
        return try MultivariateNormal(mean: centre.mean, factor: factor)
      })
    points = try proposal.draws(draws, seed: seed)
    logDensities = try target.logDensities(at: points)
    try target.checkDensities(logDensities, points)
    guard logDensities.contains(where: { $0 > -.infinity }) else {
      throw InferenceError.noDensity(draws: draws)
    }
    let ratios = zip(logDensities, try proposal.logDensities(at: points)).map { $0 - $1 }
    weights = .tempered(ratios, least: max(100, 10 * Double(target.dimension + 1)))
    smoothing = try ParetoSmoothing(logWeights: ratios)
    moments = try SampleMoments(
      points, weights: weights.values, family: .full, threads: Threads.default)
    normal = try MultivariateNormal.normal(
      mean: moments.mean, scatter: moments.scatter, divisor: moments.weight)
    variances = moments.mean.indices.map { [moments] in moments.scatter[$0, $0] / moments.weight }
    (meanErrors, varianceErrors) = Self.errors(points, weights, moments.mean, variances)
  }

  /// Whether there is enough weight to believe the errors.
  var isTrusted: Bool {
    weights.temper == 1 && !(smoothing.shape >= 0.7)
      && weights.effectiveSampleSize >= 0.01 * Double(points.rows)
  }

  /// The standard errors of weighted means and variances, by the delta method for ratios.
  private static func errors(
    _ points: Matrix<Double>, _ weights: ImportanceWeights, _ mean: [Double],
    _ variances: [Double]
  ) -> (mean: [Double], variance: [Double]) {
    var (first, second) = (
      [Double](repeating: 0, count: mean.count), [Double](repeating: 0, count: mean.count)
    )
    points.withElements { points, stride in
      for (row, weight) in weights.values.enumerated() where weight > 0 {
        for column in mean.indices {
          let offset = points[row * stride + column] - mean[column]
          let excess = offset * offset - variances[column]
          first[column] += weight * weight * offset * offset
          second[column] += weight * weight * excess * excess
        }
      }
    }
    return (first.map { $0.squareRoot() }, second.map { $0.squareRoot() })
  }

  /// What is reported of this round.
  func round(_ number: Int, after before: RoundEstimate?) -> ForwardRound {
    ForwardRound(
      round: number, draws: points.rows, effectiveSampleSize: weights.effectiveSampleSize,
      paretoShape: smoothing.shape, temper: weights.temper, change: before.flatMap(change(since:)))
  }

  private func change(since before: RoundEstimate) -> Double? {
    guard weights.temper == 1, before.weights.temper == 1 else { return nil }
    var sum = 0.0
    func add(_ change: Double, _ error: Double, _ other: Double) {
      sum += change * change / (error * error + other * other)
    }
    for index in variances.indices {
      add(
        moments.mean[index] - before.moments.mean[index], meanErrors[index],
        before.meanErrors[index])
      add(
        variances[index] - before.variances[index], varianceErrors[index],
        before.varianceErrors[index])
    }
    return sum / Double(2 * variances.count)
  }

  /// The fit of a family with these moments.
  func fit(
    _ family: GaussianFamily, _ rounds: [ForwardRound], _ convergence: ForwardConvergence
  ) throws -> ForwardFit {
    let normal: MultivariateNormal
    switch family {
    case .full: normal = self.normal
    case .meanField:
      normal = try MultivariateNormal(
        mean: moments.mean, deviations: variances.map { $0.squareRoot() })
    }
    let ratios = zip(logDensities, try normal.logDensities(at: points)).map { $0 - $1 }
    // Where the target has no density the weight is 0, and 0 · (-inf) counts nothing.
    let mean = zip(weights.values, ratios).reduce(0) { $1.0 > 0 ? $0 + $1.0 * $1.1 : $0 }
    let share = 1 / Double(ratios.count)
    let square = zip(weights.values, ratios).reduce(0.0) { sum, pair in
      let influence = pair.0 > 0 ? pair.0 * (pair.1 - mean - 1) + share : share
      return sum + influence * influence
    }
    return ForwardFit(
      normal: normal, family: family, meanErrors: meanErrors, varianceErrors: varianceErrors,
      crossEntropy: normal.entropy,
      divergence: mean - weights.logMeanRatio, divergenceError: square.squareRoot(),
      logNormaliser: weights.logMeanRatio, logNormaliserError: weights.logMeanRatioError,
      draws: points.rows, effectiveSampleSize: weights.effectiveSampleSize, smoothing: smoothing,
      rounds: rounds,
      convergence: convergence)
  }
}
