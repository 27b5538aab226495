internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

/// The rows from which preconditioners are made: all, or evenly spaced ones.
struct SoftmaxCurvature: Sendable {
  /// The rows' features, with a column of ones where there are intercepts.
  private let features: Matrix<Double>
  /// Their weights, which sum to 1.
  private let weights: [Double]
  private let problem: SoftmaxProblem

  /// A preconditioner of more features than this would cost more than it saves.
  static let mostFeatures = 2048

  /// Nil where there are too many features.
  init?(_ problem: SoftmaxProblem) {
    guard problem.inputs <= Self.mostFeatures, problem.parameterRows > 0 else { return nil }
    self.problem = problem
    let step = max(1, problem.rows / max(4096, 16 * problem.parameterRows))
    let rows = Array(Swift.stride(from: 0, to: problem.rows, by: step))
    var features = Matrix<Double>(
      repeating: 1, rows: rows.count, columns: problem.parameterRows)
    features.withMutableElements { target, stride in
      problem.features.withElements { source, sourceStride in
        for (index, row) in rows.enumerated() {
          for column in 0..<problem.inputs {
            target[index * stride + column] = source[row * sourceStride + column]
          }
        }
      }
    }
    self.features = features
    let weights = rows.map { problem.sampleWeights?[$0] ?? 1 }
    let total = weights.reduce(0, +)
    self.weights = weights.map { total > 0 ? $0 / total : 1 / Double(rows.count) }
  }

  /// How many evaluations of the objective the blocks of the Hessian take as long as; nil where they take
  /// too much memory.
  var costOfBlocks: Int? {
    let order = problem.parameterRows
    guard problem.classes > 1, problem.classes * order * order <= 1 << 24 else { return nil }
    let products = Double(features.rows) * Double(order) * Double(order)
    return Int(products / (4 * Double(problem.rows) * Double(order)))
  }

  /// What bounds the Hessian, up to a factor: the second moments of the features.
  func bound() throws(InferenceError) -> SoftmaxPreconditioner {
    let share = 1 / Double(max(2, problem.classes))
    let factor = share * (1 - share) / (problem.temperature * problem.temperature)
    let moments = try secondMoments(weights.map { $0 * factor })
    return SoftmaxPreconditioner([moments], classes: problem.classes)
  }

  /// The blocks of the Hessian that belong to one class each: Σ w q (1 - q) x xᵀ / T².
  func blocks(at parameters: [Double]) throws(InferenceError) -> SoftmaxPreconditioner {
    let masses: Matrix<Double>
    do {
      var logits = try BLAS.gemm(
        features, Matrix(parameters, rows: problem.parameterRows, columns: problem.classes))
      writeRows(
        inPlace: &logits, form: .logits, temperature: problem.temperature, as: .softmax,
        threads: problem.threads)
      masses = logits
    } catch {
      throw InferenceError(error)
    }
    let squared = problem.temperature * problem.temperature
    let blocks = inOrder(problem.classes, threads: problem.threads) { k in
      let factors = masses.withElements { elements, stride in
        weights.indices.map { row in
          let mass = elements[row * stride + k]
          return weights[row] * mass * (1 - mass) / squared
        }
      }
      return Result { () throws(InferenceError) in try secondMoments(factors) }
    }
    return SoftmaxPreconditioner(
      try blocks.map { block throws(InferenceError) in try block.get() }, classes: problem.classes)
  }

  /// The inverse of Σ f x xᵀ and the penalty.
  ///
  /// The diagonal is raised by a relative 1e-8, and a zero to 1, so that constant and repeated features have
  /// an inverse too.
  private func secondMoments(_ factors: [Double]) throws(InferenceError) -> Matrix<Double> {
    let order = problem.parameterRows
    do {
      var moments = Matrix<Double>(rows: order, columns: order)
      let height = max(64, (1 << 15) / order)
      for first in stride(from: 0, to: features.rows, by: height) {
        let rows = first..<min(features.rows, first + height)
        let scaled = Self.scaled(features[rows: rows], by: factors[rows])
        try BLAS.syrk(scaled, transpose: true, beta: 1, into: &moments)
      }
      for row in 0..<order {
        let entry = moments[row, row] + (row < problem.inputs ? problem.penalty : 0)
        moments[row, row] = entry > 0 ? entry * (1 + 1e-8) : 1
      }
      try LAPACK.potrf(inPlace: &moments)
      return try LAPACK.potri(factor: moments)
    } catch {
      throw InferenceError(error)
    }
  }

  /// The rows, each times the root of its factor.
  private static func scaled(
    _ rows: Matrix<Double>, by factors: ArraySlice<Double>
  ) -> Matrix<Double> {
    var result = rows
    scaleRows(of: &result, by: factors.map { $0.squareRoot() })
    return result
  }
}
