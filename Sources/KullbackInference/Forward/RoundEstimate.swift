internal import KullbackKernels
internal import KullbackMatrix

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
      points, weights: weights.values, family: .full, threads: FitThreads.count)
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
