internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import KullbackMatrix

extension MultivariateNormal: DistributionFamily {
  /// The entropy ½ n (1 + log 2π) + log det L, in nats.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 8.4.1.
  public var entropy: Double {
    0.5 * Double(dimension) * (1 + logTwoPi) + logDeterminant(factor)
  }

  /// The cross entropy ½ (n log 2π + |L_q \ L_p|² + |L_q \ (m_p - m_q)|²) + log det L_q, in nats.
  ///
  /// - Complexity: n³ / 3 operations; a scratch matrix.
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions differ.
  public func crossEntropy(to model: MultivariateNormal) throws(InferenceError) -> Double {
    try Self.check(self, model)
    return try BLAS.withOneThread { () throws(InferenceError) in
      var comparison = NormalComparison(dimension: dimension)
      return try comparison.crossEntropy(operand, model.operand)
    }
  }

  /// The divergence D(p‖q) of this distribution p from a model q, in nats.
  ///
  ///     D(p‖q) = ½ (tr Σ_q⁻¹ Σ_p - n - log det Σ_p / det Σ_q + |L_q \ (m_p - m_q)|²)
  ///
  /// - Special values: 0 exactly for a distribution and itself; never negative.
  /// - Accuracy: with κ the condition number of the model's correlations, relative error of about n κ 2⁻⁵³,
  ///   however nearly equal the two are, if both were made of covariances, or both of factors; measured
  ///   below 1e-9 for κ up to 1e4. Where one was made of a covariance and the other of a factor, the
  ///   roundings of the factorisation are part of the difference.
  /// - Complexity: n³ / 3 operations (2 n³ more where the covariances are nearly equal); a scratch matrix.
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions differ.
  ///
  /// Source: Kullback, *Information Theory and Statistics* (1959), ch. 9 eq. 1.4.
  public func divergence(to model: MultivariateNormal) throws(InferenceError) -> Double {
    try Self.check(self, model)
    return try BLAS.withOneThread { () throws(InferenceError) in
      var comparison = NormalComparison(dimension: dimension)
      return try comparison.divergence(operand, model.operand)
    }
  }

  /// The divergences of many pairs, divided over threads.
  ///
  /// As `divergence(to:)` for each pair, bit for bit, whatever the number of threads.
  ///
  /// - Shapes: both arrays have as many elements, or one of them has one, which stands for all.
  /// - Complexity: one scratch matrix a thread.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` for no threads.
  public static func divergences(
    targets: [MultivariateNormal], models: [MultivariateNormal], threads: Int? = nil
  ) throws(InferenceError) -> [Double] {
    let threads = try checked(threads: threads)
    try checkBroadcast(targets.count, models.count)
    let count = targets.count == 1 ? models.count : targets.count
    guard count > 0, let first = targets.first else { return [] }
    for other in targets { try check(first, other) }
    for other in models { try check(first, other) }
    let results = inChunks(count, threads: threads) { chunk -> [Result<Double, InferenceError>] in
      var comparison = NormalComparison(dimension: first.dimension)
      return chunk.map { index in
        let target = targets[targets.count == 1 ? 0 : index].operand
        let model = models[models.count == 1 ? 0 : index].operand
        return Result { () throws(InferenceError) in
          try comparison.divergence(target, model)
        }
      }
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for result in results { values.append(try result.get()) }
    return values
  }

  /// What is compared.
  var operand: NormalOperand {
    NormalOperand(
      mean: Matrix(mean, rows: 1, columns: dimension), factor: factor, covariance: given)
  }

  private static func check(
    _ target: MultivariateNormal, _ model: MultivariateNormal
  ) throws(InferenceError) {
    guard target.dimension == model.dimension else {
      throw .lengthMismatch(
        "dimensions of the model", expected: target.dimension, given: model.dimension)
    }
  }
}

/// The results for 0..<count in order, computed in chunks of at least so many that threads share; OpenBLAS runs at one
/// thread.
func inChunks<Element: Sendable>(
  _ count: Int, threads: Int, atLeast least: Int = 1, _ body: @Sendable (Range<Int>) -> [Element]
) -> [Element] {
  let pieces = max(1, min(count / least, threads <= 1 ? 1 : threads * 8))
  return BLAS.withOneThread {
    inOrder(pieces, threads: threads) { piece in
      body(count * piece / pieces..<count * (piece + 1) / pieces)
    }
  }.flatMap { $0 }
}
