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

  /// The search ends as one without bound, at the point before, where this is true.
  var isBeyondBounds: @Sendable (_ point: [Double], _ value: Double) -> Bool = { _, _ in false }

  /// A search with the default tolerances.
  public init() {}

  /// Searches for a minimum from a point on.
  ///
  /// - Parameters:
  ///   - start: where to begin.
  ///   - preconditioner: replaces a vector by H⁻¹ times it, H a symmetric positive definite matrix that is
  ///     near the Hessian, or proportional to something near. The search is then the plain one in coordinates
  ///     in which H is the identity (Nocedal and Wright, section 7.2, the choice of H⁰), while gradients and
  ///     their tolerance stay those of the point's own coordinates.
  ///   - report: is told of the start and of every iteration; what it throws ends the search.
  ///   - objective: gives the value at a point and writes the gradient, whose length is the point's. Where it
  ///     is not a finite number the step was too long.
  /// - Returns: the best point; whether it is a minimum says `convergence`.
  /// - Throws: `InferenceError.notFiniteAtStart`, and what `objective` and `report` throw.
  public func minimise(
    from start: [Double], preconditioner: ((inout [Double]) throws -> Void)? = nil,
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
    // Ends: a turn adds an iteration, of which there is a limit, or empties the history, with which it returns.
    while true {
      try report(
        SearchProgress(
          iteration: iteration, value: current.value, gradientNorm: current.gradientNorm,
          evaluations: search.evaluations + 1))
      if current.gradientNorm <= gradientTolerance { return minimum(.gradientBelowTolerance) }
      if iteration >= maximumIterations { return minimum(.iterationsExhausted) }
      if current.value < -1e300 { return minimum(.unbounded) }
      var direction = try history.direction(current.gradient, preconditioner)
      var isScaled = preconditioner != nil || !history.isEmpty
      if !(product(direction, current.gradient) < 0) {
        history.forget()
        direction = current.gradient.map { -$0 }
        isScaled = false
      }
      let first = isScaled ? 1 : min(1, 1 / current.gradient.reduce(0) { $0 + abs($1) })
      guard let next = try search.step(from: current, along: direction, first: first, objective)
      else {
        // Curvature of long ago may point the wrong way: steepest descent has a last try.
        guard !history.isEmpty else { return minimum(.noFurtherDecrease) }
        history.forget()
        continue
      }
      if isBeyondBounds(next.point, next.value) { return minimum(.unbounded) }
      try history.add(from: current, to: next, preconditioner)
      let fall = current.value - next.value
      current = next
      iteration += 1
      if valueTolerance > 0, fall <= valueTolerance * max(abs(current.value), 1) {
        return minimum(.valueStandsStill)
      }
    }
  }
}

/// The steps and changes of gradient that stand for the inverse Hessian.
private struct CurvatureHistory {
  typealias Preconditioner = (inout [Double]) throws -> Void

  let memory: Int
  private var pairs: [(step: [Double], change: [Double], curvature: Double)] = []
  /// The factor that brings the preconditioner to the newest step's curvature.
  private var scale = 1.0

  init(memory: Int) {
    self.memory = max(1, memory)
  }

  var isEmpty: Bool { pairs.isEmpty }

  mutating func forget() {
    pairs.removeAll()
    scale = 1
  }

  mutating func add(
    from old: SearchPoint, to new: SearchPoint, _ preconditioner: Preconditioner?
  ) throws {
    let step = zip(new.point, old.point).map { $0 - $1 }
    let change = zip(new.gradient, old.gradient).map { $0 - $1 }
    let curvature = product(step, change)
    // A step along which the function bends the wrong way, or not at all within rounding, says nothing.
    guard curvature > 0x1p-52 * product(change, change) * 1e-8, curvature.isFinite else { return }
    var scaled = change
    try preconditioner?(&scaled)
    let length = product(change, scaled)
    // Rounding may take what stands for a positive definite matrix below 0.
    scale = length > 0 ? curvature / length : 1
    if pairs.count == memory { pairs.removeFirst() }
    pairs.append((step, change, curvature))
  }

  /// The two-loop recursion: minus the inverse Hessian times the gradient.
  func direction(_ gradient: [Double], _ preconditioner: Preconditioner?) throws -> [Double] {
    var result = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: pairs.count)
    for (index, pair) in pairs.enumerated().reversed() {
      factors[index] = product(pair.step, result) / pair.curvature
      addProduct(-factors[index], pair.change, to: &result)
    }
    try preconditioner?(&result)
    for index in result.indices { result[index] *= scale }
    for (index, pair) in pairs.enumerated() {
      let factor = factors[index] - product(pair.change, result) / pair.curvature
      addProduct(factor, pair.step, to: &result)
    }
    return result
  }
}

/// Adds a multiple of a vector to another of the same length.
private func addProduct(_ factor: Double, _ vector: [Double], to sum: inout [Double]) {
  let vector = vector.span
  var sum = sum.mutableSpan
  precondition(vector.count == sum.count, "of different lengths")
  for index in 0..<vector.count { sum[index] += factor * vector[index] }
}

/// The inner product of two vectors of the same length, in four sums so that additions need not wait for
/// one another.
func product(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "of different lengths")
  let (x, y) = (x.span, y.span)
  var sums = (0.0, 0.0, 0.0, 0.0)
  let whole = x.count / 4 * 4
  for index in stride(from: 0, to: whole, by: 4) {
    sums.0 += x[index] * y[index]
    sums.1 += x[index + 1] * y[index + 1]
    sums.2 += x[index + 2] * y[index + 2]
    sums.3 += x[index + 3] * y[index + 3]
  }
  var sum = (sums.0 + sums.1) + (sums.2 + sums.3)
  for index in whole..<x.count { sum += x[index] * y[index] }
  return sum
}
