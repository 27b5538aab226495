internal import Kullback
internal import KullbackKernels
internal import Synchronization

/// Evaluates the objective of a softmax regression and its gradient, tile by tile.
///
/// Chunks of rows run on threads, each in a workspace of its own that lives as long as the evaluator; their
/// sums are added in the chunks' order.
final class SoftmaxEvaluator: Sendable {
  let problem: SoftmaxProblem
  private let tile: Int
  private let chunks: [Range<Int>]
  private let workspaces: Mutex<[SoftmaxWorkspace?]>

  init(_ problem: SoftmaxProblem) {
    self.problem = problem
    (tile, chunks) = problem.chunks
    workspaces = Mutex([SoftmaxWorkspace?](repeating: nil, count: chunks.count))
  }

  /// The objective, whose gradient is written.
  ///
  /// NaN where a logit is not a finite number.
  func evaluate(
    _ parameters: [Double], _ gradient: inout [Double]
  ) throws(InferenceError) -> SoftmaxValue {
    let (weights, intercepts) = problem.split(parameters)
    Threads.parallel(tasks: chunks.count, threads: problem.threads) { chunk in
      // Taken out while it is worked on, so that nobody else holds its matrices.
      let kept = workspaces.withLock { $0[chunk].take() }
      var workspace = kept ?? SoftmaxWorkspace(problem)
      workspace.run(problem, weights, intercepts, rows: chunks[chunk], tile: tile)
      workspaces.withLock { $0[chunk] = workspace }
    }
    return try gather(weights, &gradient)
  }

  /// The sums of all chunks, with the penalty.
  private func gather(
    _ weights: Matrix<Double>, _ gradient: inout [Double]
  ) throws(InferenceError) -> SoftmaxValue {
    let problem = problem
    var sums = SoftmaxSums()
    for index in gradient.indices { gradient[index] = 0 }
    try workspaces.withLock { (workspaces) throws(InferenceError) in
      for workspace in workspaces {
        guard let workspace else { continue }
        if let failure = workspace.failure { throw InferenceError(failure) }
        sums.add(workspace.sums)
        workspace.addGradient(to: &gradient)
      }
    }
    let factor = 1 / problem.totalWeight
    for index in gradient.indices { gradient[index] *= factor }
    var value = SoftmaxValue()
    weights.withElements { elements, _ in
      var squares = 0.0
      for index in 0..<problem.inputs * problem.classes {
        squares += elements[index] * elements[index]
        gradient[index] += problem.penalty * elements[index]
      }
      value.penalty = problem.penalty / 2 * squares
    }
    if problem.forwardShare > 0 {
      value.forward = DivergenceParts(
        crossEntropy: sums.crossEntropy * factor, divergence: sums.divergence * factor)
    }
    if problem.forwardShare < 1 {
      value.reverse = DivergenceParts(
        crossEntropy: sums.reversedCrossEntropy * factor,
        divergence: sums.reversedDivergence * factor)
    }
    value.objective =
      problem.forwardShare * (value.forward?.divergence ?? 0)
      + (1 - problem.forwardShare) * (value.reverse?.divergence ?? 0) + value.penalty
    return value
  }
}
