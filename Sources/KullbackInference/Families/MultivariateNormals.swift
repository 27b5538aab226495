internal import KullbackLinearAlgebra
public import KullbackMatrix

/// Many multivariate normals of one dimension, as their means and covariances lie in two matrices.
///
/// Nothing is factored before it is needed, so that a batch costs its memory alone.
public struct MultivariateNormals: Sendable {
  /// The means, a row each: count × n.
  public let means: Matrix<Double>
  /// The covariances one below the other, count·n × n, of which the lower triangles count.
  public let covariances: Matrix<Double>

  /// How many there are.
  public var count: Int { means.rows }
  /// How many dimensions they have.
  public var dimension: Int { means.columns }

  /// The normals with these means and covariances, which are looked at when they are compared.
  ///
  /// - Shapes: `means` is count × n, `covariances` count·n × n.
  /// - Throws: `InferenceError.lengthMismatch`.
  public init(means: Matrix<Double>, covariances: Matrix<Double>) throws(InferenceError) {
    guard covariances.columns == means.columns else {
      throw .lengthMismatch(
        "columns of the covariances", expected: means.columns, given: covariances.columns)
    }
    guard covariances.rows == means.rows * means.columns else {
      throw .lengthMismatch(
        "rows of the covariances", expected: means.rows * means.columns, given: covariances.rows)
    }
    self.means = means
    self.covariances = covariances
  }

  /// One of them.
  ///
  /// - Throws: as `MultivariateNormal.init(mean:covariance:)`.
  public func normal(_ index: Int) throws(InferenceError) -> MultivariateNormal {
    try MultivariateNormal(mean: means.row(index), covariance: covariance(index))
  }

  func covariance(_ index: Int) -> Matrix<Double> {
    covariances[rows: index * dimension..<(index + 1) * dimension]
  }
}

/// The forward KL divergence D(target‖model) of each pair of two batches of multivariate normals.
///
/// In up to 48 dimensions vectors hold a pair in each lane; in more LAPACK factors one pair a thread.
///
/// - Shapes: both have as many normals, or one of them has one, which stands for all.
/// - Units: nats.
/// - Special values: a pair of which a covariance is not positive definite, or a mean not finite, has NaN and
///   an entry in `invalid`; it does not stop the others.
/// - Accuracy: as `MultivariateNormal.divergence(to:)`; 0 exactly for equal covariances and means. The same bits
///   whatever the number of threads.
/// - Complexity: n³ operations a pair, 3 n³ more where two are nearly equal; a few scratch matrices a thread.
/// - Throws: `InferenceError.lengthMismatch` when the shapes do not agree, `.invalidParameter` for no threads.
///
/// Source: Kullback, *Information Theory and Statistics* (1959), ch. 9 eq. 1.4.
public func forwardKL(
  target: MultivariateNormals, model: MultivariateNormals, threads: Int? = nil
) throws(InferenceError) -> NormalDivergences {
  try checkBroadcast(target.count, model.count)
  guard target.dimension == model.dimension else {
    throw .lengthMismatch(
      "dimensions of the models", expected: target.dimension, given: model.dimension)
  }
  return try NormalBatch(target: target, model: model).divergences(
    threads: checked(threads: threads))
}

/// The reverse KL divergence D(model‖target) of each pair of two batches of multivariate normals.
///
/// As `forwardKL(target: model, model: target)` bit for bit, but `invalid` says target for the target.
///
/// - Throws: as that.
public func reverseKL(
  target: MultivariateNormals, model: MultivariateNormals, threads: Int? = nil
) throws(InferenceError) -> NormalDivergences {
  let swapped = try forwardKL(target: model, model: target, threads: threads)
  let invalid = swapped.invalid.map {
    NormalDivergences.Invalid(pair: $0.pair, isModel: !$0.isModel, reason: $0.reason)
  }
  return NormalDivergences(
    values: swapped.values, invalid: invalid.sorted { ($0.pair, $0.side) < ($1.pair, $1.side) })
}

extension NormalDivergences.Invalid {
  fileprivate var side: Int { isModel ? 1 : 0 }
}
