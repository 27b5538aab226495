public import KullbackMatrix

/// An estimate of D(target‖model) from draws of the target, for densities without a closed form.
///
/// The expectation is over the target p: draws of the model estimate the other direction, with the two roles
/// exchanged. Both estimators are unbiased for normalised densities.
///
/// - Shapes: one log density of each distribution for each draw.
/// - Units: nats.
/// - Special values: a draw where the model has no mass (-inf) makes the estimate +inf and the standard error
///   NaN.
/// - Accuracy: the mean and the deviation in two passes, so that a large mean does not cost the deviation
///   digits; the non-negative terms keep theirs where r is near 1.
/// - Throws: `InferenceError.lengthMismatch`; `.invalidParameter` with fewer than two draws, where a log density
///   is NaN or +inf, and where the target's is -inf: it cannot have been drawn there.
///
/// Source: Schulman, *Approximating KL divergence* (2020), the estimators k1 and k3.
public func monteCarloKL(
  targetLogDensities: [Double], modelLogDensities: [Double],
  estimator: MonteCarloEstimator = .plain
) throws(InferenceError) -> MonteCarloEstimate {
  let count = targetLogDensities.count
  guard modelLogDensities.count == count else {
    throw .lengthMismatch(
      "log densities of the model", expected: count, given: modelLogDensities.count)
  }
  guard count >= 2 else {
    throw .invalidParameter("number of draws", Double(count), mustBe: "at least 2")
  }
  for (row, value) in targetLogDensities.enumerated() where !value.isFinite {
    throw .invalidParameter(
      "log density of the target at its draw \(row) (counted from 0)", value, mustBe: "finite")
  }
  for (row, value) in modelLogDensities.enumerated() where !(value < .infinity) {
    throw .invalidParameter(
      "log density of the model at draw \(row) (counted from 0)", value, mustBe: "finite or -inf")
  }
  let terms = zip(targetLogDensities, modelLogDensities).map { p, q in
    term(p - q, estimator)
  }
  let mean = terms.reduce(0, +) / Double(count)
  guard mean.isFinite else {
    return MonteCarloEstimate(value: mean, standardError: .nan, count: count)
  }
  let squares = terms.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
  let error = (squares / Double(count - 1) / Double(count)).squareRoot()
  return MonteCarloEstimate(value: mean, standardError: error, count: count)
}

/// An estimate of D(target‖model) from draws of the target and two functions that give log densities.
///
/// - Shapes: `draws` is count × dimension; each function is called once with all draws.
/// - Throws: as the form that takes log densities, but `InferenceError.invalidDensity` with the place where a log
///   density is NaN or +inf, and what the functions throw.
public func monteCarloKL(
  draws: Matrix<Double>, target: (Matrix<Double>) throws -> [Double],
  model: (Matrix<Double>) throws -> [Double], estimator: MonteCarloEstimator = .plain
) throws -> MonteCarloEstimate {
  let (first, second) = (try target(draws), try model(draws))
  guard first.count == draws.rows else {
    throw InferenceError.lengthMismatch(
      "log densities of the target", expected: draws.rows, given: first.count)
  }
  for values in [first, second] {
    for (row, value) in values.enumerated() where row < draws.rows && !(value < .infinity) {
      throw InferenceError.invalidDensity(value, at: draws.row(row))
    }
  }
  return try monteCarloKL(
    targetLogDensities: first, modelLogDensities: second, estimator: estimator)
}

/// What one draw adds, from log p - log q there.
private func term(_ ratio: Double, _ estimator: MonteCarloEstimator) -> Double {
  switch estimator {
  case .plain: ratio
  case .nonNegative: SpecialFunctions.expExcess(-ratio)
  }
}
