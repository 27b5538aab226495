internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// One fit: start, search, and what is said about the result.
///
/// It ends: the searches have limits of their own, and so many draws are made as the options say.
struct VariationalSearch<Target: Density> {
  let target: Target
  let family: GaussianFamily
  let options: VariationalOptions
  private let count: Int

  init(
    target: Target, family: GaussianFamily, options: VariationalOptions
  ) throws(InferenceError) {
    guard target.dimension > 0 else {
      throw .invalidParameter("dimension", Double(target.dimension), mustBe: "at least 1")
    }
    guard options.diagnosticDraws >= 2 else {
      throw .invalidParameter(
        "number of diagnostic draws", Double(options.diagnosticDraws), mustBe: "at least 2")
    }
    if let start = options.start, start.dimension != target.dimension {
      throw .lengthMismatch(
        "dimensions of the start", expected: target.dimension, given: start.dimension)
    }
    if case .stochastic(let adam) = options.method { try adam.check() }
    count = try options.fixedDraws(family, dimension: target.dimension)
    (self.target, self.family, self.options) = (target, family, options)
  }

  /// What was found, in the coordinates of the start.
  struct Found {
    var parameters: [Double]
    var value: Double
    var convergence: Convergence
    var iterations: Int
    var evaluations: Int
    var draws: Int
  }

  func run(_ report: (SearchProgress) throws -> Void) throws -> VariationalFit {
    let fixed = try FixedDraws(count: count, dimension: target.dimension, seed: options.seed)
    let reference = try start(fixed)
    let relative = RelativeNormal(family: family, reference: reference)
    let found: Found
    switch options.method {
    case .fixedDraws:
      let objective = FixedDrawsObjective(
        target: target, relative: relative, standard: fixed.standard)
      var search = options.search
      search.isBeyondBounds = { point, value in
        value < StartingNormals<Target>.leastValue || relative.isBeyondBounds(point)
      }
      let minimum = try search.minimise(
        from: [Double](repeating: 0, count: relative.count), report: report, objective.evaluate)
      found = Found(
        parameters: minimum.point, value: minimum.value, convergence: minimum.convergence,
        iterations: minimum.iterations, evaluations: minimum.evaluations, draws: count)
    case .stochastic(let adam):
      found = try StochasticSearch(
        target: target, relative: relative, adam: adam, seed: options.seed
      ).run(report)
    }
    return try conclude(found, relative.normal(found.parameters))
  }

  /// The candidate with the best lower bound over the fixed draws, its factor diagonal for a mean field.
  private func start(_ fixed: FixedDraws) throws -> MultivariateNormal {
    if let start = options.start {
      let normal = family == .meanField ? try start.withoutCorrelation() : start
      let points = try normal.draws(fromStandard: fixed.standard)
      try target.checkDensities(target.logDensities(at: points), points)
      return normal
    }
    let candidates = try StartingNormals(target: target, family: family).candidates()
    var best: (value: Double, normal: MultivariateNormal)?
    var failure = InferenceError.notFiniteAtStart
    for normal in candidates {
      let points = try normal.draws(fromStandard: fixed.standard)
      let values = try target.logDensities(at: points)
      try target.checkCount(values, points)
      let value = values.reduce(0, +) / Double(count) + normal.entropy
      if !value.isFinite, best == nil {
        do { try target.checkDensities(values, points) } catch { failure = error }
      }
      guard value.isFinite, best.map({ value > $0.value }) ?? true else { continue }
      best = (value, normal)
    }
    guard let best else { throw failure }
    return best.normal
  }

  private func conclude(
    _ found: Found, _ gaussian: MultivariateNormal
  ) throws -> VariationalFit {
    var weighted = try WeightedDraws(options.diagnosticDraws, of: gaussian, options.seed, target)
    let deciding = options.decidingDraws(dimension: target.dimension)
    if deciding > options.diagnosticDraws, !weighted.smoothing.reliability.isTrusted {
      weighted = try WeightedDraws(deciding, of: gaussian, options.seed, target)
    }
    let bound = VariationalFit.Estimate(meanOf: weighted.logWeights)
    let cross = VariationalFit.Estimate(meanOf: weighted.logDensities)
    return VariationalFit(
      family: family, gaussian: gaussian, convergence: found.convergence,
      iterations: found.iterations, evaluations: found.evaluations,
      objectiveDraws: found.draws, objective: found.value.isNaN ? -bound.value : found.value,
      evidenceLowerBound: bound,
      crossEntropy: VariationalFit.Estimate(
        value: gaussian.entropy - bound.value, standardError: cross.standardError),
      entropy: gaussian.entropy, meanStandardErrors: try meanErrors(gaussian),
      diagnosticDraws: weighted.points, logWeights: weighted.logWeights,
      smoothing: weighted.smoothing)
  }

  /// Fresh draws of a normal distribution with their weights towards the target.
  private struct WeightedDraws {
    let points: Matrix<Double>
    let logDensities: [Double]
    let logWeights: [Double]
    let smoothing: ParetoSmoothing

    init(_ count: Int, of normal: MultivariateNormal, _ seed: UInt64, _ target: Target) throws {
      points = try normal.draws(count, seed: seed &+ 0x5eed)
      logDensities = try target.logDensities(at: points)
      try target.checkDensities(logDensities, points)
      logWeights = zip(logDensities, try normal.logDensities(at: points)).map { $0 - $1 }
      smoothing = try ParetoSmoothing(logWeights: logWeights)
    }
  }

  /// How far the mean would move with other fixed draws, by one Newton step for each set.
  private func meanErrors(_ gaussian: MultivariateNormal) throws -> [Double] {
    guard options.replications >= 2, case .fixedDraws = options.method else { return [] }
    let dimension = target.dimension
    var gradients: [[Double]] = []
    var hessian = Matrix<Double>(rows: dimension, columns: dimension)
    for index in 0..<options.replications {
      let fixed = try FixedDraws(
        count: count, dimension: dimension, seed: options.seed &+ UInt64(index + 1) << 32)
      var (_, slopes) = try target.logDensitiesAndGradients(
        at: gaussian.draws(fromStandard: fixed.standard))
      slopes.scale(by: -1 / Double(count))
      gradients.append(try gaussian.factorTimes(slopes.columnSums(), family, transpose: true))
      // E[∇² log p] = E[∇ log p zᵀ] L⁻¹, by Stein's lemma.
      let cross = try BLAS.withOneThread {
        try BLAS.gemm(slopes, fixed.standard, transposeFirst: true)
      }
      addMatrix(cross, to: &hessian)
    }
    hessian.scale(by: 1 / Double(options.replications))
    let steps = try newtonSteps(gradients, hessian, gaussian)
    let means = steps.columnSums().map { $0 / Double(steps.rows) }
    return (0..<dimension).map { column in
      let squares = (0..<steps.rows).reduce(0.0) {
        $0 + (steps[$1, column] - means[column]) * (steps[$1, column] - means[column])
      }
      return (squares / Double(steps.rows - 1)).squareRoot()
    }
  }

  /// -L H⁻¹ g for each gradient g, H in the coordinates in which q is standard; the identity where it is not positive.
  private func newtonSteps(
    _ gradients: [[Double]], _ cross: Matrix<Double>, _ gaussian: MultivariateNormal
  ) throws -> Matrix<Double> {
    try BLAS.withOneThread {
      let whitened = try BLAS.gemm(gaussian.factor, cross, transposeFirst: true)
      var hessian = whitened
      for row in 0..<whitened.rows {
        for column in 0..<whitened.columns {
          hessian[row, column] = (whitened[row, column] + whitened[column, row]) / 2
        }
      }
      var steps = Matrix(gradients)
      if let root = try? LAPACK.potrf(hessian) {
        try BLAS.trsm(root, inPlace: &steps, side: .right, transpose: true)
        try BLAS.trsm(root, inPlace: &steps, side: .right)
      }
      return try BLAS.gemm(steps, gaussian.factor, transposeSecond: true, alpha: -1)
    }
  }
}

extension VariationalFit.Estimate {
  /// The mean of independent values; not a number where one of them is infinite.
  init(meanOf values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.init(value: mean, standardError: (square / (count - 1) / count).squareRoot())
  }
}

extension MultivariateNormal {
  /// The same mean with the diagonal of the covariance.
  func withoutCorrelation() throws(InferenceError) -> MultivariateNormal {
    try MultivariateNormal(mean: mean, deviations: deviations)
  }
}
