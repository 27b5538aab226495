/// The search for a softmax regression: L-BFGS in stages, each with a preconditioner of its own.
///
/// The first stage takes the features' second moments for the Hessian, later ones the Hessian's blocks where
/// the stage before ended. A stage is at least as long as its preconditioner takes to make.
///
/// It ends: a stage after which another follows has done an iteration, and their number is limited.
struct SoftmaxSearch {
  private let problem: SoftmaxProblem
  private let search: LBFGS

  init(_ problem: SoftmaxProblem, _ search: LBFGS) {
    self.problem = problem
    self.search = search
  }

  func run(_ report: (SoftmaxProgress) throws -> Void) throws -> SoftmaxFit {
    let evaluator = SoftmaxEvaluator(problem)
    let curvature = SoftmaxCurvature(problem)
    var preconditioner = try curvature?.bound()
    let length = curvature?.costOfBlocks.map { max(10, $0) } ?? search.maximumIterations
    var point = [Double](repeating: 0, count: problem.parameters)
    var log = SoftmaxLog()
    while true {
      var stage = search
      stage.maximumIterations = min(length, search.maximumIterations - log.iterations)
      let found = try stage.minimise(
        from: point,
        preconditioner: preconditioner.map { some in { try some.apply(&$0) } },
        report: { if let progress = log.progress($0) { try report(progress) } },
        { point, gradient in
          let value = try evaluator.evaluate(point, &gradient)
          log.note(value)
          return value.objective
        })
      point = found.point
      log.endStage(found)
      // Curvature of another place may be all that keeps a search from going on.
      let isStuck = found.convergence == .noFurtherDecrease && found.iterations > 0
      let isAtEnd = log.iterations >= search.maximumIterations
      guard found.convergence == .iterationsExhausted || isStuck, !isAtEnd,
        let curvature, curvature.costOfBlocks != nil, let final = log.last, final.objective.isFinite
      else { return try fit(point, found.convergence, log.last) }
      preconditioner = try curvature.blocks(at: point)
    }
  }

  private func fit(
    _ point: [Double], _ convergence: Convergence, _ final: SoftmaxProgress?
  ) throws -> SoftmaxFit {
    guard let final else { throw InferenceError.notFiniteAtStart }
    let (weights, intercepts) = problem.split(centred(point))
    let separable = try problem.separatedClasses(point) ?? []
    let partly =
      separable.isEmpty
      ? try partlySeparatedClasses(point, goingOn: convergence != .iterationsExhausted) : []
    let isSeparable = !(separable.isEmpty && partly.isEmpty)
    let hasNoEnd = !convergence.isConverged && !isSeparable
    let spread = hasNoEnd ? problem.featureSpread : 1
    return SoftmaxFit(
      model: try SoftmaxModel(
        weights: weights, intercepts: intercepts, temperature: problem.temperature),
      convergence: !separable.isEmpty ? .separable : isSeparable ? .partlySeparable : convergence,
      final: final, classesWithoutRow: problem.classesWithoutRow, separableClasses: separable,
      partlySeparableClasses: partly, featureSpread: spread > 1000 ? spread : nil)
  }

  /// The classes of which some rows are separable: if it looks as if there were some, the search may go on to a far
  /// smaller gradient.
  private func partlySeparatedClasses(_ point: [Double], goingOn: Bool) throws -> [Int] {
    guard try problem.mayBePartlySeparated(point) else { return [] }
    let far = goingOn ? try further(point, to: 1e-12) : point
    return try problem.partlySeparatedClasses(along: far)
  }

  /// Where a search from a point ends that goes on to a smaller gradient, for as many iterations as some stages take.
  private func further(_ point: [Double], to tolerance: Double) throws -> [Double] {
    let evaluator = SoftmaxEvaluator(problem)
    let curvature = SoftmaxCurvature(problem)
    var point = point
    for _ in 0..<10 {
      var stage = LBFGS()
      (stage.gradientTolerance, stage.maximumIterations) = (tolerance, 20)
      let hasBlocks = curvature?.costOfBlocks != nil
      let preconditioner = hasBlocks ? try curvature?.blocks(at: point) : nil
      let found = try stage.minimise(
        from: point, preconditioner: preconditioner.map { some in { try some.apply(&$0) } }
      ) { try evaluator.evaluate($0, &$1).objective }
      point = found.point
      guard found.convergence == .iterationsExhausted else { return point }
    }
    return point
  }

  /// The parameters with the mean over classes taken from what no penalty holds: the distributions are the
  /// same, and of all that give them these are the smallest.
  private func centred(_ point: [Double]) -> [Double] {
    var result = point
    let classes = problem.classes
    let first = problem.penalty > 0 ? problem.inputs : 0
    for row in first..<max(first, problem.parameterRows) {
      let places = row * classes..<(row + 1) * classes
      let mean = result[places].reduce(0, +) / Double(classes)
      for place in places { result[place] -= mean }
    }
    return result
  }
}

/// What a search reported, numbered over all its stages.
private struct SoftmaxLog {
  private(set) var iterations = 0
  private(set) var last: SoftmaxProgress?
  private var evaluations = 0
  /// Values since the last report: one of them is the next report's.
  private var recent: [SoftmaxValue] = []

  mutating func note(_ value: SoftmaxValue) {
    recent.append(value)
  }

  /// The progress in full; nil where a stage says what the one before has said.
  mutating func progress(_ stage: SearchProgress) -> SoftmaxProgress? {
    let value = recent.last { $0.objective == stage.value } ?? SoftmaxValue()
    recent.removeAll(keepingCapacity: true)
    guard stage.iteration > 0 || last == nil else { return nil }
    let progress = SoftmaxProgress(
      iteration: iterations + stage.iteration, evaluations: evaluations + stage.evaluations,
      objective: stage.value, forward: value.forward, reverse: value.reverse,
      penalty: value.penalty, gradientNorm: stage.gradientNorm)
    last = progress
    return progress
  }

  mutating func endStage(_ found: Minimum) {
    iterations += found.iterations
    evaluations += found.evaluations
  }
}
