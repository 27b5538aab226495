public import KullbackMatrix

/// A normal distribution q fitted to a density p by reverse KL, with what can be said about how near it is.
///
///     D(q‖p) = H(q,p) - H(q)
///
/// `fitGaussian(to:family:options:threads:report:)` makes one.
public struct VariationalFit: Sendable {
  /// A mean over random draws with its standard error.
  public struct Estimate: Sendable, Equatable {
    /// The mean.
    public let value: Double
    /// Its standard error.
    public let standardError: Double
  }

  /// Which covariances were allowed.
  public let family: GaussianFamily
  /// The fitted distribution q.
  public let gaussian: MultivariateNormal
  /// Why the search ended.
  public let convergence: Convergence
  /// Iterations, or steps, done.
  public let iterations: Int
  /// How often the objective was evaluated, each time at all its draws.
  public let evaluations: Int
  /// How many draws the objective had.
  public let objectiveDraws: Int
  /// The objective H(q,p) - H(q) at the end: with fixed draws as the search saw it, else from the diagnostic's draws.
  ///
  /// With fixed draws it is lower than the true one, since the draws are the ones that q was fitted to.
  public let objective: Double

  /// The evidence lower bound, -(H(q,p) - H(q)), from fresh draws: below log ∫p by D(q‖p).
  public let evidenceLowerBound: Estimate
  /// The cross entropy H(q,p) = -E_q[log p], from the same fresh draws.
  public let crossEntropy: Estimate
  /// The entropy H(q) in closed form.
  public let entropy: Double
  /// Standard errors of the mean of q from the fixed draws: how far it moves with other ones.
  ///
  /// Empty where not asked for, and with stochastic gradients. By the delta method: the gradients that other sets of draws have at the optimum, times the inverse Hessian with
  /// respect to the mean (Giordano, Ingram and Broderick, J. Mach. Learn. Res. 25 (2024), section 3). That the
  /// covariance moves as well is left out.
  public let meanStandardErrors: [Double]

  /// Fresh independent draws of q, which the estimates come from.
  ///
  /// - Shapes: count × dimension.
  public let diagnosticDraws: Matrix<Double>
  /// log p - log q at each of them.
  public let logWeights: [Double]
  /// The smoothed weights and the diagnostic k̂ that says in words whether q can be trusted.
  public let smoothing: ParetoSmoothing

  /// Whether q, and means weighted towards p, can be trusted: the search converged, the bound and its error are finite
  /// numbers, and k̂ is below its threshold.
  public var isTrusted: Bool { whyNoVerdict == nil && smoothing.reliability.isTrusted }

  /// What k̂ says, in a sentence; nothing good where the search did not converge, or the bound or its error is not a
  /// finite number.
  public var verdict: String { smoothing.verdict(unless: whyNoVerdict) }

  private var whyNoVerdict: String? {
    if !convergence.isConverged { return "the search did not converge" }
    if !evidenceLowerBound.value.isFinite { return "the bound is not a finite number" }
    return evidenceLowerBound.standardError.isFinite
      ? nil : "the bound's error is not a finite number"
  }

  /// Independent draws of q.
  ///
  /// - Shapes: the result is `count` × dimension.
  /// - Throws: as `MultivariateNormal.draws(_:seed:)`.
  public func draws(_ count: Int, seed: UInt64) throws -> Matrix<Double> {
    try gaussian.draws(count, seed: seed)
  }

  /// The means of the columns of a matrix with a row for each diagnostic draw, weighted towards p.
  ///
  ///     E_p[f] ≈ Σ wᵢ f(xᵢ),  error² ≈ Σ wᵢ² (f(xᵢ) - mean)²
  ///
  /// With `diagnosticDraws` themselves, the importance-corrected mean of the target.
  ///
  /// - Throws: `InferenceError.lengthMismatch`.
  public func weightedMeans(_ values: Matrix<Double>) throws(InferenceError) -> [Estimate] {
    let weights = smoothing.weights
    guard values.rows == weights.count else {
      throw .lengthMismatch("rows of the values", expected: weights.count, given: values.rows)
    }
    return (0..<values.columns).map { column in
      var mean = 0.0
      for (row, weight) in weights.enumerated() where weight > 0 {
        mean += weight * values[row, column]
      }
      var square = 0.0
      for (row, weight) in weights.enumerated() where weight > 0 {
        let error = weight * (values[row, column] - mean)
        square += error * error
      }
      return Estimate(value: mean, standardError: square.squareRoot())
    }
  }
}

extension VariationalFit: CustomStringConvertible {
  /// Convergence, lower bound and diagnostic in a line each.
  public var description: String {
    """
    \(convergence), after \(iterations) iterations
    evidence lower bound \(evidenceLowerBound.value.spelt(digits: 8)) ± \(evidenceLowerBound.standardError.spelt(digits: 2))
    \(verdict)
    """
  }
}

/// Fits a normal distribution q to a density p by reverse KL: variational inference.
///
///     q = argmin D(q‖p) = argmin H(q,p) - H(q)
///
///     let posterior = try BayesianLogisticRegression(features: x, labels: y)
///     let fit = try fitGaussian(to: posterior)
///     print(fit)     // converged …, evidence lower bound …, Pareto k-hat …
///
/// Expectations under q are means over draws x = m + L z whose z are kept (sample average approximation): the
/// objective is then an ordinary function, L-BFGS minimises it, and whether it converged can be said. The z come in
/// antithetic pairs with their second moment made the identity, so that a normal target is recovered exactly.
///
/// - Parameters:
///   - density: p, up to a constant factor.
///   - family: any covariance, or a diagonal one.
///   - options: draws, tolerances, start, or stochastic gradients instead.
///   - threads: at most so many, also in the densities of this library; a density of the caller's has its own.
///   - report: is told of every iteration; what it throws ends the fit.
/// - Returns: the distribution; `convergence` says whether the search reached its tolerance, and `smoothing` whether q
///   is near p: the first may hold without the second, and only `isTrusted` asks for both. A density without an
///   integral, on which the bound rises for ever, ends as `.unbounded`.
/// - Accuracy: of a normal target, the mean within the gradient's tolerance, in standard deviations, and the
///   covariance likewise. Of others the fixed draws leave an error in the mean that `meanStandardErrors` estimates.
/// - Complexity: an evaluation of p with gradient at all fixed draws for each iteration, with 4 S n² operations of
///   matrix products for a full covariance; before it the mode's search and 2n gradients. Memory: 4 S n + 30 n² numbers.
///   Results are the same bits for any number of threads, where the density's are.
/// - Throws: `InferenceError.invalidParameter` for a dimension of 0, options out of range and no threads, `.invalidDensity` where
///   the log density is NaN or +inf where the search starts or at a draw of q, `.notFiniteAtStart`,
///   `.lengthMismatch` where the density does not keep its shapes, what the density and `report` throw.
///
/// Source: Giordano, Ingram and Broderick, *Black box variational inference with a deterministic objective*, J. Mach.
/// Learn. Res. 25(18) (2024); Kucukelbir et al., *Automatic differentiation variational inference*, J. Mach. Learn.
/// Res. 18(14) (2017).
public func fitGaussian(
  to density: some Density, family: GaussianFamily = .full,
  options: VariationalOptions = VariationalOptions(), threads: Int? = nil,
  report: (SearchProgress) throws -> Void = { _ in }
) throws -> VariationalFit {
  try FitThreads.$count.withValue(checked(threads: threads)) {
    try VariationalSearch(target: density, family: family, options: options).run(report)
  }
}
