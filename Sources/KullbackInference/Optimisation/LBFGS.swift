/// Minimises a smooth function of many variables: limited-memory BFGS with a strong-Wolfe line search.
///
/// - Complexity: an iteration takes one or two evaluations of the objective as a rule, and 4 × `memory` reads
///   of vectors; memory is 2 × `memory` + 6 vectors.
///
/// Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed. 2006, algorithms 7.4 and 7.5.
public struct LBFGS: Sendable {
  /// How many past steps the curvature is taken from.
  public var memory = 10
  /// The search ends where no element of the gradient is above this in absolute value.
  public var gradientTolerance = 1e-6
  /// The search ends where an iteration lowers the value by less than this times max(|value|, 1); 0 leaves the
  /// gradient to decide.
  public var valueTolerance = 0.0
  /// The most iterations.
  public var maximumIterations = 1000

  /// A search with the default tolerances.
  public init() {}

  /// Searches for a minimum from a point on.
  ///
  /// - Parameters:
  ///   - start: where to begin.
  ///   - report: is told of the start and of every iteration; what it throws ends the search.
  ///   - objective: gives the value at a point and writes the gradient, whose length is the point's. Where it
  ///     is not a finite number the step was too long.
  /// - Returns: the best point; whether it is a minimum says `convergence`.
  /// - Throws: `InferenceError.notFiniteAtStart`, and what `objective` and `report` throw.
  public func minimise(
    from start: [Double],
    report: (SearchProgress) throws -> Void = { _ in },
    _ objective: (_ point: [Double], _ gradient: inout [Double]) throws -> Double
  ) throws -> Minimum {
    var current = SearchPoint(at: start)
    try current.evaluate(objective)
    guard current.isFinite else { throw InferenceError.notFiniteAtStart }
    var history = CurvatureHistory(memory: memory)
    var search = WolfeSearch()
    var iteration = 0
    func minimum(_ convergence: Convergence) -> Minimum {
      Minimum(
        point: current.point, value: current.value, gradientNorm: current.gradientNorm,
        iterations: iteration, evaluations: search.evaluations + 1, convergence: convergence)
    }
    while true {
      try report(
        SearchProgress(
          iteration: iteration, value: current.value, gradientNorm: current.gradientNorm,
          evaluations: search.evaluations + 1))
      if current.gradientNorm <= gradientTolerance { return minimum(.gradientBelowTolerance) }
      if iteration == maximumIterations { return minimum(.iterationsExhausted) }
      if current.value < -1e300 { return minimum(.unbounded) }
      var direction = history.direction(current.gradient)
      if history.isEmpty || !(product(direction, current.gradient) < 0) {
        history.forget()
        direction = current.gradient.map { -$0 }
      }
      let first =
        history.isEmpty ? min(1, 1 / current.gradient.reduce(0) { $0 + abs($1) }) : 1
      guard let next = try search.step(from: current, along: direction, first: first, objective)
      else {
        // Curvature of long ago may point the wrong way: steepest descent has a last try.
        guard !history.isEmpty else { return minimum(.noFurtherDecrease) }
        history.forget()
        continue
      }
      history.add(from: current, to: next)
      let fall = current.value - next.value
      current = next
      iteration += 1
      if valueTolerance > 0, fall <= valueTolerance * max(abs(current.value), 1) {
        return minimum(.valueStandsStill)
      }
    }
  }
}

/// A point with value and gradient.
struct SearchPoint {
  var point: [Double]
  var value = Double.nan
  var gradient: [Double]

  init(at point: [Double]) {
    self.point = point
    gradient = [Double](repeating: 0, count: point.count)
  }

  /// The point a step along a direction.
  init(from start: SearchPoint, along direction: [Double], step: Double) {
    self.init(at: start.point)
    for index in point.indices { point[index] += step * direction[index] }
  }

  mutating func evaluate(
    _ objective: (_ point: [Double], _ gradient: inout [Double]) throws -> Double
  ) rethrows {
    value = try objective(point, &gradient)
  }

  var gradientNorm: Double { gradient.reduce(0) { max($0, abs($1)) } }

  var isFinite: Bool { value.isFinite && gradient.allSatisfy(\.isFinite) }
}

/// The steps and changes of gradient that stand for the inverse Hessian.
private struct CurvatureHistory {
  let memory: Int
  private var pairs: [(step: [Double], change: [Double], curvature: Double)] = []

  init(memory: Int) {
    self.memory = max(1, memory)
  }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func forget() { pairs.removeAll() }

  mutating func add(from old: SearchPoint, to new: SearchPoint) {
    let step = zip(new.point, old.point).map { $0 - $1 }
    let change = zip(new.gradient, old.gradient).map { $0 - $1 }
    let curvature = product(step, change)
    // A step along which the function bends the wrong way, or not at all within rounding, says nothing.
    guard curvature > 0x1p-52 * product(change, change) * 1e-8, curvature.isFinite else { return }
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, curvature))
  }

  /// The two-loop recursion: minus the inverse Hessian times the gradient.
  func direction(_ gradient: [Double]) -> [Double] {
    guard let newest = pairs.last else { return gradient.map { -$0 } }
    var result = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: pairs.count)
    for (index, pair) in pairs.enumerated().reversed() {
      factors[index] = product(pair.step, result) / pair.curvature
      add(-factors[index], pair.change, to: &result)
    }
    let scale = newest.curvature / product(newest.change, newest.change)
    for index in result.indices { result[index] *= scale }
    for (index, pair) in pairs.enumerated() {
      let factor = factors[index] - product(pair.change, result) / pair.curvature
      add(factor, pair.step, to: &result)
    }
    return result
  }

  private func add(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
    for index in sum.indices { sum[index] += factor * vector[index] }
  }
}

/// The inner product of two vectors of the same length.
func product(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "of different lengths")
  var sum = 0.0
  for index in x.indices { sum += x[index] * y[index] }
  return sum
}
