internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// Where a fit may begin: normal distributions from a density's mode and curvature.
struct StartingNormals<Target: Density> {
  let target: Target
  let family: GaussianFamily

  /// What an objective is above for every density with an integral: below, its rounding is thousands of nats.
  static var leastValue: Double { -1e20 }

  /// The candidates, most promising first; at least one.
  ///
  /// - Throws: `InferenceError.invalidDensity` where the log density at 0 is NaN or +inf, `.notFiniteAtStart` where it is
  ///   -inf or the gradient is not finite.
  func candidates() throws -> [MultivariateNormal] {
    let zero = [Double](repeating: 0, count: target.dimension)
    var search = LBFGS()
    search.valueTolerance = 1e-9
    search.maximumIterations = 200
    search.isBeyondBounds = { _, value in value < Self.leastValue }
    let origin = Matrix([zero])
    try target.checkDensities(target.logDensities(at: origin), origin)
    let mode = try search.minimise(from: zero) { point, gradient in
      let (values, slopes) = try target.logDensitiesAndGradients(at: Matrix([point]))
      for index in gradient.indices { gradient[index] = -slopes[0, index] }
      return -values[0]
    }
    var found: [MultivariateNormal] = []
    if mode.convergence != .unbounded, let normal = try curved(at: mode.point) {
      found.append(normal)
    }
    if !mode.convergence.isConverged, let normal = try curved(at: zero) { found.append(normal) }
    for scale in [1, 0.1, 0.01] {
      found.append(
        try MultivariateNormal(
          mean: zero, deviations: [Double](repeating: scale, count: zero.count)))
    }
    return found
  }

  /// The normal distribution at a point with the density's curvature there; nil where that is not finite.
  private func curved(at point: [Double]) throws -> MultivariateNormal? {
    let steps = point.map { 1e-4 * max(1, abs($0)) }
    guard let first = try curvature(at: point, steps: steps) else { return nil }
    // Steps much longer or shorter than a standard deviation: again with better ones.
    let better = point.indices.map { index in
      let deviation = 1 / abs(first[index, index]).squareRoot()
      let isUsable = deviation.isFinite && deviation > 0
      return isUsable && !(steps[index]...1e6 * steps[index] ~= deviation)
        ? 0.1 * deviation : steps[index]
    }
    let matrix = better == steps ? first : try curvature(at: point, steps: better) ?? first
    return family == .full ? full(point, matrix) : diagonal(point, matrix)
  }

  /// Minus the matrix of second derivatives, from differences of gradients.
  private func curvature(at point: [Double], steps: [Double]) throws -> Matrix<Double>? {
    let dimension = point.count
    var result = Matrix<Double>(rows: dimension, columns: dimension)
    for block in RowTiles(rows: dimension, step: 128).ranges {
      var moved = Matrix([[Double]](repeating: point, count: 2 * block.count))
      for (row, index) in block.enumerated() {
        moved[2 * row, index] += steps[index]
        moved[2 * row + 1, index] -= steps[index]
      }
      let (_, slopes) = try target.logDensitiesAndGradients(at: moved)
      for (row, index) in block.enumerated() {
        let width = moved[2 * row, index] - moved[2 * row + 1, index]
        for column in 0..<dimension {
          result[index, column] = (slopes[2 * row + 1, column] - slopes[2 * row, column]) / width
        }
      }
    }
    for row in 0..<dimension {
      for column in 0...row {
        let mean = (result[row, column] + result[column, row]) / 2
        guard mean.isFinite else { return nil }
        (result[row, column], result[column, row]) = (mean, mean)
      }
    }
    return result
  }

  private func diagonal(_ point: [Double], _ curvature: Matrix<Double>) -> MultivariateNormal? {
    let deviations = point.indices.map { index in
      1 / max(abs(curvature[index, index]), 1e-12).squareRoot()
    }
    return try? MultivariateNormal(mean: point, deviations: deviations)
  }

  private func full(_ point: [Double], _ curvature: Matrix<Double>) -> MultivariateNormal? {
    BLAS.withOneThread {
      guard let inverse = (try? Self.inverse(curvature)) ?? (try? Self.absoluteInverse(curvature))
      else { return nil }
      return try? MultivariateNormal(mean: point, covariance: inverse)
    }
  }

  private static func inverse(_ matrix: Matrix<Double>) throws -> Matrix<Double> {
    try LAPACK.potri(factor: LAPACK.potrf(matrix))
  }

  /// The inverse of the matrix with the absolute values of the eigenvalues.
  private static func absoluteInverse(_ matrix: Matrix<Double>) throws -> Matrix<Double> {
    let eigen = try LAPACK.syevd(matrix)
    let least = 1e-6 * eigen.values.reduce(0) { max($0, abs($1)) }
    var scaled = eigen.vectors
    for column in 0..<scaled.columns {
      let root = max(abs(eigen.values[column]), least).squareRoot()
      for row in 0..<scaled.rows { scaled[row, column] /= root }
    }
    return try BLAS.syrk(scaled)
  }
}
