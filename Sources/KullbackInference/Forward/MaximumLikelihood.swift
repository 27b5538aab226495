public import KullbackMatrix

extension MultivariateNormal {
  /// The normal distribution of least forward KL from samples: maximum likelihood, in closed form.
  ///
  ///     q* = argmin D(p‖q) = argmin H(p,q),   m = Σ w x / Σ w,   Σ = Σ w (x - m)(x - m)ᵀ / Σ w
  ///
  /// A mean field keeps the diagonal of Σ, which is its minimum.
  ///
  /// - Parameters:
  ///   - samples: a sample a row.
  ///   - weights: one for each sample, 0 or above, in any unit; all 1 by default.
  ///   - family: a full covariance or a diagonal one.
  ///   - divisor: what the scatter is divided by. The unbiased covariance is not the minimum.
  ///   - threads: at most so many; the result is the same bits whatever their number.
  /// - Accuracy: rows are centred before they are multiplied: means far from 0 cost no digits.
  /// - Complexity: two reads of the samples and n² operations for each (syrk); memory is a constant times n².
  /// - Throws: `InferenceError.sampleNotFinite` with the first row that is not; `.lengthMismatch` and
  ///   `.invalidParameter` for weights and threads; `.tooFewSamples` where fewer than n + 1 (mean field: 2) have weight;
  ///   `.dependentColumn` where they lie in a subspace.
  ///
  /// Source: Anderson, *An Introduction to Multivariate Statistical Analysis*, 3rd ed. 2003, theorem 3.2.1.
  public static func maximumLikelihood(
    samples: Matrix<Double>, weights: [Double]? = nil, family: GaussianFamily = .full,
    divisor: CovarianceDivisor = .maximumLikelihood, threads: Int? = nil
  ) throws -> NormalFit {
    let moments = try SampleMoments(
      samples, weights: weights, family: family, threads: checked(threads: threads))
    let needed = family == .full ? samples.columns + 1 : 2
    guard moments.count >= needed else {
      throw InferenceError.tooFewSamples(moments.count, needed: needed)
    }
    let bias =
      switch divisor {
      case .maximumLikelihood: 1.0
      case .unbiased: 1 - moments.squaredWeight / (moments.weight * moments.weight)
      }
    let normal = try normal(
      mean: moments.mean, scatter: moments.scatter, divisor: moments.weight * bias)
    // tr(Σ⁻¹ S) is n for the covariance S itself, which Σ is up to the divisor.
    let crossEntropy = -NormalEvaluator(normal).peak + 0.5 * Double(normal.dimension) * bias
    return NormalFit(
      normal: normal, family: family, crossEntropy: crossEntropy, sampleCount: moments.count,
      effectiveSampleSize: moments.weight * moments.weight / moments.squaredWeight)
  }

  /// The distribution with a mean and the lower triangle of a scatter over its divisor.
  ///
  /// - Throws: `InferenceError.dependentColumn` where a pivot is not above its rounding.
  static func normal(
    mean: [Double], scatter: Matrix<Double>, divisor: Double
  ) throws(InferenceError) -> MultivariateNormal {
    var covariance = scatter
    covariance.scale(by: 1 / divisor)
    let variances = mean.indices.map { covariance[$0, $0] }
    if let column = variances.firstIndex(where: { !($0 > 0) }) { throw .dependentColumn(column) }
    let normal: MultivariateNormal
    do {
      normal = try MultivariateNormal(mean: mean, covariance: covariance)
    } catch .notPositiveDefinite(let order) {
      throw .dependentColumn(order - 1)
    }
    // A pivot is what is left of a variance when the columns before it are known.
    let rounding = 16 * Double(mean.count) * 0x1p-52
    for (column, variance) in variances.enumerated() {
      let pivot = normal.factor[column, column]
      guard pivot * pivot > rounding * variance else { throw .dependentColumn(column) }
    }
    return normal
  }
}
