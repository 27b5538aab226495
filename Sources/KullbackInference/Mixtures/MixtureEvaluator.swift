internal import KullbackKernels
internal import KullbackMatrix
internal import CLibm

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
