package import Kullback
internal import KullbackLinearAlgebra
public import KullbackMatrix

extension MultivariateNormal: Density {
  /// log N(x | m, Σ) at each point, with its normalising constant.
  ///
  ///     -½ |L⁻¹(x - m)|² - Σ log Lᵢᵢ - n/2 log 2π
  ///
  /// - Shapes: `points` is count × n.
  /// - Complexity: n² operations a point, by one triangular solve for all.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(at points: Matrix<Double>) throws -> [Double] {
    try check(points)
    var standard = Matrix<Double>(rows: points.rows, columns: dimension)
    let evaluator = NormalEvaluator(self)
    try BLAS.withOneThread { try evaluator.standardise(points, into: &standard) }
    return evaluator.logDensities(ofStandardised: standard)
  }

  /// log N(x | m, Σ) at each point, and its gradient -Σ⁻¹(x - m).
  ///
  /// - Shapes: `points` and `gradients` are count × n.
  /// - Complexity: 2 n² operations a point, by two triangular solves for all.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try check(points, gradients)
    let evaluator = NormalEvaluator(self)
    // One thread: OpenBLAS's threads divide by the number of points and round differently.
    let values = try BLAS.withOneThread {
      try evaluator.standardise(points, into: &gradients)
      let values = evaluator.logDensities(ofStandardised: gradients)
      try evaluator.weigh(&gradients)
      return values
    }
    gradients.scale(by: -1)
    return values
  }

  /// Independent draws, x = m + L z.
  ///
  /// - Shapes: the result is `count` × n.
  /// - Precondition: `count` is not negative.
  /// - Throws: `InferenceError.linearAlgebra` where they are too many for a product.
  public func draws(_ count: Int, seed: UInt64) throws -> Matrix<Double> {
    var random = SplitMix(seed: seed)
    return try draws(fromStandard: .standardNormal(rows: count, columns: dimension, &random))
  }

  /// The draws m + L z that belong to standard normal ones, a row each.
  func draws(fromStandard standard: Matrix<Double>) throws -> Matrix<Double> {
    var result = try tiledProduct(standard, factor, transposeSecond: true)
    addToRows(of: &result, mean)
    return result
  }
}

extension Matrix<Double> {
  /// Independent standard normal deviates, row after row.
  package static func standardNormal(
    rows: Int, columns: Int, _ random: inout SplitMix
  ) -> Matrix<Double> {
    Matrix((0..<rows * columns).map { _ in random.normal() }, rows: rows, columns: columns)
  }
}
