internal import KullbackKernels
internal import KullbackLinearAlgebra
public import KullbackMatrix
internal import CLibm

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

/// A mixture made ready to be evaluated at many points.
struct MixtureEvaluator: Sendable {
  let components: [NormalEvaluator]
  /// The logarithms of the weights; -inf for a component without weight.
  let logWeights: [Double]
  private let dimension: Int

  init(_ mixture: GaussianMixture) {
    components = mixture.components.map(NormalEvaluator.init)
    logWeights = mixture.weights.map { log($0) }
    dimension = mixture.dimension
  }

  /// The tiles in which so many points are evaluated.
  func tiles(_ rows: Int) -> RowTiles {
    RowTiles(rows: rows, numbersPerRow: 2 * dimension + 2 * components.count)
  }

  /// log wₖ + log N(x | mₖ, Σₖ) for every point of a tile and component.
  func scores(of points: Matrix<Double>) throws -> Matrix<Double> {
    var scores = Matrix<Double>(rows: points.rows, columns: components.count)
    var standard = Matrix<Double>(rows: points.rows, columns: dimension)
    for (index, component) in components.enumerated() {
      try component.standardise(points, into: &standard)
      component.write(
        ofStandardised: standard, plus: logWeights[index], to: index, of: &scores)
    }
    return scores
  }

  /// The logarithm of the sum over the components, from their scores.
  func logDensities(of scores: Matrix<Double>) -> [Double] {
    var results = RowResults(quantities: [.logNormaliser], rows: scores.rows)
    evaluateRows(operand(scores), rows: 0..<scores.rows, into: &results, threads: 1)
    var values = results[.logNormaliser]
    for row in results.invalidRows(in: 0..<scores.rows) {
      // Infinitely far from all components; a NaN stays one.
      if results.status(ofRow: row) == .noMass { values[row] = -.infinity }
    }
    return values
  }

  /// What part each component has in a point's density, from the scores: rows that sum to 1.
  func responsibilities(of scores: Matrix<Double>) -> Matrix<Double> {
    writeRows(
      operand(scores), rows: 0..<scores.rows, as: .softmax, to: Double.self, threads: 1
    ).result
  }

  private func operand(_ scores: Matrix<Double>) -> RowOperand {
    RowOperand(AnyMatrix(scores), form: .logits, tolerance: .infinity)
  }

  /// The log densities of a tile with the gradients, -Σₖ rₖ Σₖ⁻¹(x - mₖ).
  func logDensitiesAndGradients(
    at points: Matrix<Double>
  ) throws -> (values: [Double], gradients: Matrix<Double>) {
    let scores = try scores(of: points)
    let parts = responsibilities(of: scores)
    var gradients = Matrix<Double>(rows: points.rows, columns: dimension)
    var pull = Matrix<Double>(rows: points.rows, columns: dimension)
    for (index, component) in components.enumerated() where logWeights[index] > -.infinity {
      try component.standardise(points, into: &pull)
      try component.weigh(&pull)
      parts.withElements { parts, partStride in
        pull.withElements { pull, stride in
          gradients.withMutableElements { gradients, gradientStride in
            for row in 0..<points.rows {
              let part = parts[row * partStride + index]
              // A component infinitely less likely pulls infinitely hard, and not at all.
              guard part != 0 else { continue }
              for column in 0..<dimension {
                gradients[row * gradientStride + column] -= part * pull[row * stride + column]
              }
            }
          }
        }
      }
    }
    return (logDensities(of: scores), gradients)
  }
}
