import Kullback
@testable import KullbackInference
import KullbackTestSupport
import Testing

/// A log density and its formula, to twice the digits.
private struct DensityCase {
  let name: String
  let density: any Density
  let formula: ([DoubleDouble]) -> DoubleDouble
}

private typealias Exact = DoubleDouble

private func square(_ x: Exact) -> Exact { x * x }

private func total(_ terms: some Sequence<Exact>) -> Exact { terms.reduce(Exact(0), +) }

/// log Σ exp.
private func logSum(_ terms: [Exact]) -> Exact {
  let top = terms.max { $0.high < $1.high } ?? Exact(0)
  return top + total(terms.map { ($0 - top).exp() }).log()
}

private let logTwoPi =
  Exact(6.283185307179586).log() + Exact(2.449293598294706e-16) / Exact(6.283185307179586)

@Suite struct HostileGradientTests {
  /// Gradients and values of a formula by central differences, whose error is below 1e-14.
  private static func slopes(
    _ formula: ([Exact]) -> Exact, _ point: [Double]
  ) -> (value: Double, gradient: [Double]) {
    let exact = point.map { Exact($0) }
    let step = Exact(1e-10)
    let gradient = exact.indices.map { index in
      var (above, below) = (exact, exact)
      above[index] += step
      below[index] = below[index] - step
      return ((formula(above) - formula(below)) / (step + step)).high
    }
    return (formula(exact).high, gradient)
  }

  /// Holds a value and a gradient to those of a point within some units in the last place of every coordinate.
  private static func check(
    _ value: Double, _ gradient: [Double], of formula: ([Exact]) -> Exact, at point: [Double],
    _ place: Comment, floor: Double = 1e-13
  ) {
    let expected = slopes(formula, point)
    var room = (value: 1e-12, gradient: [Double](repeating: floor, count: point.count))
    for index in point.indices {
      var beside = point
      beside[index] = beside[index].nextUp
      let moved = slopes(formula, beside)
      room.value += 64 * abs(moved.value - expected.value)
      for other in point.indices {
        room.gradient[other] += 64 * abs(moved.gradient[other] - expected.gradient[other])
      }
    }
    #expect(
      abs(value - expected.value) <= 1e-13 * abs(expected.value) + room.value,
      "\(place): \(value), \(expected.value)")
    for index in point.indices {
      let (found, right) = (gradient[index], expected.gradient[index])
      #expect(
        abs(found - right) <= 1e-11 * abs(right) + room.gradient[index],
        "\(place), \(index): \(found), \(right)")
    }
  }

  private static func factor(_ n: Int, _ random: inout SeededGenerator) -> [[Double]] {
    let scales = (0..<n).map { _ in [0.05, 1, 300][Int(random.uniform() * 3)] }
    return (0..<n).map { row in
      (0..<n).map { $0 > row ? 0 : scales[row] * ($0 == row ? 1 : 0.9 * random.normal()) }
    }
  }

  private static func normal(
    _ n: Int, far: Double, _ random: inout SeededGenerator
  ) throws -> (MultivariateNormal, ([Exact]) -> Exact) {
    let factor = factor(n, &random)
    let mean = (0..<n).map { _ in far * random.normal() }
    let normal = try MultivariateNormal(mean: mean, factor: Matrix(factor))
    return (
      normal,
      { x in
        var z: [Exact] = []
        for row in 0..<n {
          let done = total((0..<row).map { Exact(factor[row][$0]) * z[$0] })
          z.append((x[row] - Exact(mean[row]) - done) / Exact(factor[row][row]))
        }
        let logs = total((0..<n).map { Exact(factor[$0][$0]).log() })
        return -(total(z.map(square)) + Exact(Double(n)) * logTwoPi) / Exact(2) - logs
      }
    )
  }

  private static func mixture(_ random: inout SeededGenerator) throws -> DensityCase {
    let far = [0.0, 1, 1000][Int(random.uniform() * 3)]
    let parts = try (0..<3).map { _ in try normal(2, far: far, &random) }
    let weights = [0, 1e-9, 1]
    return DensityCase(
      name: "mixture",
      density: try GaussianMixture(weights: weights, components: parts.map(\.0))
    ) { x in
      let sum = Exact(1e-9) + Exact(1)
      return logSum(
        (1..<3).map { (Exact(weights[$0]) / sum).log() + parts[$0].1(x) })
    }
  }

  private static func logistic(_ random: inout SeededGenerator) throws -> DensityCase {
    var rows = (0..<30).map { _ in
      [1, random.normal(), 1e3 * random.normal(), 1e-3 * random.normal()]
    }
    rows[4] = rows[3]
    rows[7] = [0, 0, 0, 0]
    let labels = rows.indices.map { _ in random.uniform() < 0.5 ? 0 : 1 }
    let density = try BayesianLogisticRegression(
      features: Matrix(rows), labels: labels, priorScale: 2)
    return DensityCase(name: "logistic", density: density) { x in
      let losses = zip(rows, labels).map { row, label in
        let margin = total(row.indices.map { Exact(row[$0]) * x[$0] })
        return logSum([Exact(0), label == 1 ? -margin : margin])
      }
      return -total(losses) - total(x.map(square)) / Exact(8)
        - Exact(4) * (logTwoPi / Exact(2) + Exact(2).log())
    }
  }

  private static func schools(_ parametrisation: EightSchools.Parametrisation) -> DensityCase {
    DensityCase(
      name: "eight schools, \(parametrisation)", density: EightSchools(parametrisation)
    ) { x in
      let (mu, logTau, tau) = (x[8], x[9], x[9].exp())
      let five = Exact(5).log()
      var value =
        logTau - square(mu) / Exact(50)
        - logSum([Exact(0), Exact(2) * (logTau - five)])
      for school in 0..<8 {
        let (y, s) = (Exact(EightSchools.effects[school]), Exact(EightSchools.errors[school]))
        switch parametrisation {
        case .nonCentred:
          let rest = (y - mu - tau * x[school]) / s
          value = value - (square(x[school]) + square(rest)) / Exact(2)
        case .centred:
          let parts = square((x[school] - mu) / tau) + square((y - x[school]) / s)
          value = value - parts / Exact(2) - logTau
        }
      }
      return value
    }
  }

  private static func banana(_ scale: Double, _ bend: Double) throws -> DensityCase {
    DensityCase(name: "banana", density: try Banana(dimension: 3, scale: scale, bend: bend)) { x in
      let (s, b) = (Exact(scale), Exact(bend))
      let y = x[1] + b * (square(x[0]) - square(s))
      return -(square(x[0] / s) + square(y) + square(x[2]) + Exact(3) * logTwoPi) / Exact(2)
        - s.log()
    }
  }

  private static func funnel() throws -> DensityCase {
    DensityCase(name: "funnel", density: try Funnel(dimension: 3, scale: 3)) { x in
      let spread = (square(x[1]) + square(x[2])) * (-x[0]).exp()
      return -(square(x[0]) / Exact(9) + Exact(2) * x[0] + spread + Exact(3) * logTwoPi) / Exact(2)
        - Exact(3).log()
    }
  }

  private static func cases(_ random: inout SeededGenerator) throws -> [DensityCase] {
    let (density, formula) = try normal(3, far: 1e5, &random)
    return [
      DensityCase(name: "normal", density: density, formula: formula),
      try mixture(&random), try logistic(&random), schools(.centred), schools(.nonCentred),
      try banana(10, 0.1), try banana(0.3, -7), try funnel(),
    ]
  }

  /// A coordinate: small, ordinary, large, or beside what another formula of the density has.
  private static func coordinate(_ random: inout SeededGenerator) -> Double {
    let size = [0, 1e-8, 1e-3, 1, 1, 1, 10, 30][Int(random.uniform() * 8)]
    return size * random.normal()
  }

  @Test func densitiesAndGradientsAreThoseOfTheirFormulas() throws {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<15 {
      for one in try Self.cases(&random) {
        var point = (0..<one.density.dimension).map { _ in Self.coordinate(&random) }
        if let normal = one.density as? MultivariateNormal {
          point = zip(point, normal.mean).map { $0 + $1 }
        }
        var gradients = Matrix<Double>(rows: 1, columns: point.count)
        let values = try one.density.logDensities(at: Matrix([point]), gradients: &gradients)
        Self.check(
          values[0], gradients.row(0), of: one.formula, at: point, "\(one.name) at \(point)")
      }
    }
  }

  @Test func noPointHasADensityThatIsNoNumber() throws {
    var random = SeededGenerator(seed: 22)
    let sizes = [0, 1e-308, 1e-300, 1, 40, 800, 1e5, 1e140]
    for _ in 0..<100 {
      for one in try Self.cases(&random)
        + [try Self.banana(1e-170, 0), try Self.banana(1e170, 1e-300)]
      {
        let point = (0..<one.density.dimension).map { _ in
          sizes[Int(random.uniform() * Double(sizes.count))] * (random.uniform() < 0.5 ? -1 : 1)
        }
        var gradients = Matrix<Double>(rows: 1, columns: point.count)
        let value = try one.density.logDensities(at: Matrix([point]), gradients: &gradients)[0]
        #expect(!value.isNaN, "\(one.name) at \(point)")
        guard value.isFinite else { continue }
        #expect(gradients.row(0).allSatisfy { !$0.isNaN }, "\(one.name) at \(point)")
      }
    }
  }

  // MARK: Softmax regression

  private struct Regression {
    let features: [[Double]]
    let targets: [[Double]]
    let weights: [Double]
    let penalty: Double
    let temperature: Double
    let share: Double

    /// The objective of parameters, W row after row and then b.
    func objective(_ parameters: [Exact]) -> Exact {
      let (inputs, classes) = (features[0].count, targets[0].count)
      let temperature = Exact(temperature)
      var sum = Exact(0)
      for (row, x) in features.enumerated() where weights[row] > 0 {
        let logits = (0..<classes).map { k in
          (parameters[inputs * classes + k]
            + total((0..<inputs).map { Exact(x[$0]) * parameters[$0 * classes + k] })) / temperature
        }
        let normaliser = logSum(logits)
        let logs = logits.map { $0 - normaliser }
        let mass = total(targets[row].map { Exact($0) })
        for (k, log) in logs.enumerated() {
          let p = Exact(targets[row][k]) / mass
          if share > 0, p.high > 0 {
            sum += Exact(weights[row]) * Exact(share) * p * (p.log() - log)
          }
          if share < 1 {
            sum += Exact(weights[row]) * (Exact(1) - Exact(share)) * log.exp() * (log - p.log())
          }
        }
      }
      let norm = total(parameters.prefix(inputs * classes).map(square))
      return sum / total(weights.map { Exact($0) }) + Exact(penalty) / Exact(2) * norm
    }
  }

  private static func regression(_ random: inout SeededGenerator) -> Regression {
    let rows = [1, 2, 9][Int(random.uniform() * 3)]
    let scales = (0..<2).map { _ in [1e-3, 1, 1e2][Int(random.uniform() * 3)] }
    let level = [0, 0, 1e3][Int(random.uniform() * 3)]
    // The last column is constant, and some rows are another's.
    var features = (0..<rows).map { _ in
      [scales[0] * random.normal() + level, scales[1] * random.normal(), 3]
    }
    if rows > 2 { features[rows - 1] = features[0] }
    let share = [0, 0.3, 1][Int(random.uniform() * 3)]
    let isLabel = share == 1 && rows > 2 && random.uniform() < 0.5
    let targets = (0..<rows).map { row in
      if isLabel { return (0..<3).map { $0 == (row + 1) % 3 ? 1.0 : 0 } }
      let peak = [0, 5, 300][Int(random.uniform() * 3)] * random.uniform()
      let masses = (0..<3).map { $0 == 0 ? 1 : DoubleDouble(-peak).exp().high * random.uniform() }
      return masses.map { max($0, 1e-250) }
    }
    var weights = (0..<rows).map { _ in random.uniform() < 0.2 ? 0 : random.uniform() }
    weights[0] = 1e-3
    return Regression(
      features: features, targets: targets, weights: weights,
      penalty: [0, 0.1][Int(random.uniform() * 2)],
      temperature: [0.1, 1, 30][Int(random.uniform() * 3)], share: share)
  }

  @Test func objectivesOfSoftmaxRegressionAndTheirGradientsAreThoseOfTheFormula() throws {
    var random = SeededGenerator(seed: 23)
    for _ in 0..<60 {
      let made = Self.regression(&random)
      var regression = SoftmaxRegression()
      regression.objective = .mixture(forwardShare: made.share)
      (regression.penalty, regression.temperature) = (made.penalty, made.temperature)
      let problem = try regression.problem(
        AnyMatrix(Matrix(made.features)),
        .distributions(DistributionSet(weights: Matrix(made.targets))), classes: 3, made.weights)
      let size = [0, 1e-6, 1, 30][Int(random.uniform() * 4)]
      let point = (0..<problem.parameters).map { _ in size * random.normal() }
      var gradient = point
      let value = try SoftmaxEvaluator(problem).evaluate(point, &gradient)
      // Rows cancel in the mean; logarithms of masses go to hundreds where D(q‖p) has a share.
      let most = made.features.joined().reduce(0) { max($0, abs($1)) }
      Self.check(
        value.objective, gradient, of: made.objective, at: point, "\(made) at \(point)",
        floor: 1e-14 * most / made.temperature * (made.share < 1 ? 600 : 4))
    }
  }
}
