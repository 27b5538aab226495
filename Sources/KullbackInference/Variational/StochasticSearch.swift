internal import Kullback
internal import KullbackLinearAlgebra
internal import KullbackMatrix
internal import CLibm

/// Minimises H(q,p) - H(q) by Adam, with fresh draws in every step.
///
/// The gradient is the path derivative alone, "sticking the landing": its variance goes to 0 where q becomes p. It
/// ends after as many steps as asked for.
///
/// Source: Roeder, Wu and Duvenaud, *Sticking the landing*, NeurIPS 2017, arXiv:1703.09194.
struct StochasticSearch<Target: Density> {
  let target: Target
  let relative: RelativeNormal
  let adam: Adam
  let seed: UInt64

  func run(
    _ report: (SearchProgress) throws -> Void
  ) throws -> VariationalSearch<Target>.Found {
    var random = SplitMix(seed: seed &+ 0xadab)
    var parameters = [Double](repeating: 0, count: relative.count)
    var gradient = parameters
    var (first, second, sum) = (parameters, parameters, parameters)
    var values: [Double] = []
    let averaged = max(1, Int(adam.averagedShare * Double(adam.steps)))
    var summed = 0
    for step in 1...adam.steps {
      let value = try evaluate(parameters, &gradient, &random)
      guard value.isFinite, gradient.allSatisfy(\.isFinite) else {
        if step == 1 { throw InferenceError.notFiniteAtStart }
        continue
      }
      values.append(value)
      try report(
        SearchProgress(
          iteration: step, value: value, gradientNorm: gradient.reduce(0) { max($0, abs($1)) },
          evaluations: step))
      let progress = Double(step - 1) / Double(adam.steps)
      let rate =
        adam.finalRate + (adam.rate - adam.finalRate) * (1 + cos(.pi * progress)) / 2
      let (fading, slowlyFading) = (0.9, 0.999)
      let scale =
        rate * (1 - pow(slowlyFading, Double(step))).squareRoot()
        / (1 - pow(fading, Double(step)))
      for index in parameters.indices {
        let slope = gradient[index]
        first[index] += (1 - fading) * (slope - first[index])
        second[index] += (1 - slowlyFading) * (slope * slope - second[index])
        parameters[index] -= scale * first[index] / (second[index].squareRoot() + 1e-12)
        if step > adam.steps - averaged { sum[index] += parameters[index] }
      }
      if step > adam.steps - averaged { summed += 1 }
    }
    return VariationalSearch<Target>.Found(
      parameters: summed == 0 ? parameters : sum.map { $0 / Double(summed) }, value: .nan,
      convergence: Self.standsStill(values) ? .valueStandsStill : .iterationsExhausted,
      iterations: adam.steps, evaluations: adam.steps, draws: adam.draws)
  }

  /// Whether the last quarter's mean is no lower than that of the quarter before, beyond three standard errors.
  private static func standsStill(_ values: [Double]) -> Bool {
    let quarter = values.count / 4
    guard quarter >= 2 else { return false }
    let last = VariationalFit.Estimate(meanOf: Array(values.suffix(quarter)))
    let before = VariationalFit.Estimate(
      meanOf: Array(values.suffix(2 * quarter).prefix(quarter)))
    let error =
      (last.standardError * last.standardError + before.standardError * before.standardError)
      .squareRoot()
    return before.value - last.value <= 3 * error + 1e-9 * abs(last.value)
  }

  private func evaluate(
    _ parameters: [Double], _ gradient: inout [Double], _ random: inout SplitMix
  ) throws -> Double {
    let standard = FixedDraws.withOpposites(
      .standardNormal(rows: adam.draws / 2, columns: relative.dimension, &random))
    let normal = try relative.normal(parameters)
    let points = try normal.draws(fromStandard: standard)
    var (values, slopes) = try target.logDensitiesAndGradients(at: points)
    let models = try normal.logDensities(at: points)
    // -∇ log q = L⁻ᵀ z for each draw.
    let path = try BLAS.withOneThread {
      try BLAS.trsm(normal.factor, standard, side: .right)
    }
    addMatrix(path, to: &slopes)
    let count = Double(adam.draws)
    slopes.scale(by: -1 / count)
    try relative.pullBack(
      slopes, standard: standard, at: parameters, entropy: 0, into: &gradient)
    for index in values.indices { values[index] = (models[index] - values[index]) / count }
    return values.reduce(0, +)
  }
}
