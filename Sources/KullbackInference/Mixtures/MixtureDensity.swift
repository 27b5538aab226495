internal import KullbackKernels
public import KullbackMatrix

extension GaussianMixture: Density {
  /// The logarithm of the mixture's density at each point, normalised.
  ///
  /// - Shapes: `points` is count × dimension; the result has count values.
  /// - Special values: -inf where the density is 0 to the range of numbers; NaN for a point that holds one.
  /// - Accuracy: an absolute error of about 1e-15 times the squared distance from the nearest component,
  ///   counted in its deviations, plus one unit in the last place.
  /// - Complexity: K n² operations a point, in tiles of rows that threads share; the same bits whatever
  ///   their number.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(at points: Matrix<Double>) throws -> [Double] {
    try check(points)
    let evaluator = MixtureEvaluator(self)
    return try evaluator.tiles(points.rows).map { range in
      try evaluator.logDensities(of: evaluator.scores(of: points[rows: range]))
    }.flatMap { $0 }
  }

  /// The logarithms of the densities and their gradients with respect to the points.
  ///
  /// As the form without gradients; `gradients` has the points' shape.
  ///
  /// - Throws: as that.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try check(points, gradients)
    let evaluator = MixtureEvaluator(self)
    let tiles = evaluator.tiles(points.rows)
    let results = try tiles.map { range in
      try evaluator.logDensitiesAndGradients(at: points[rows: range])
    }
    for (range, result) in zip(tiles.ranges, results) {
      copyRows(of: result.gradients, to: &gradients, at: range.lowerBound)
    }
    return results.flatMap(\.values)
  }
}
