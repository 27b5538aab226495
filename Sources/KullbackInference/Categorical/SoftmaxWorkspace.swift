internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

/// One chunk's sums, and the memory in which its tiles are worked on one after the other.
struct SoftmaxWorkspace: Sendable {
  private(set) var sums = SoftmaxSums()
  /// What the products refuse: matrices too large for BLAS.
  private(set) var failure: LinearAlgebraError?
  private var gradient: Matrix<Double>
  private var interceptGradient: [Double]
  private var tile: SoftmaxTile

  init(_ problem: SoftmaxProblem) {
    gradient = Matrix(rows: problem.inputs, columns: problem.classes)
    interceptGradient = [Double](repeating: 0, count: problem.hasIntercepts ? problem.classes : 0)
    tile = SoftmaxTile(rows: 0, classes: problem.classes)
  }

  /// Works through the rows of a chunk.
  mutating func run(
    _ problem: SoftmaxProblem, _ weights: Matrix<Double>, _ intercepts: [Double],
    rows: Range<Int>, tile height: Int
  ) {
    sums = SoftmaxSums()
    for index in interceptGradient.indices { interceptGradient[index] = 0 }
    do {
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: height) {
        let part = first..<min(rows.upperBound, first + height)
        if tile.rows != part.count {
          tile = SoftmaxTile(rows: part.count, classes: problem.classes)
        }
        let features = problem.features[rows: part]
        fill(&tile.residuals, with: intercepts)
        try BLAS.gemm(features, weights, beta: 1, into: &tile.residuals)
        tile.replaceLogits(problem, rows: part, features, weights, intercepts, &sums)
        try BLAS.gemm(
          features, tile.residuals, transposeFirst: true,
          beta: first == rows.lowerBound ? 0 : 1, into: &gradient)
        if problem.hasIntercepts { tile.addColumnSums(to: &interceptGradient) }
      }
    } catch {
      failure = error
    }
  }

  /// Adds the chunk's gradient to the whole.
  func addGradient(to whole: inout [Double]) {
    let inner = gradient.rows * gradient.columns
    gradient.withElements { elements, _ in
      for index in 0..<inner { whole[index] += elements[index] }
    }
    for (index, value) in interceptGradient.enumerated() { whole[inner + index] += value }
  }
}
