import Foundation
import KullbackInference
import KullbackTestSupport
import Testing

/// Divergences of concentrations from anywhere; `Golden/make_dirichlet.py` says how.
private struct DirichletGolden: Decodable {
  let target: [Double]
  let model: [Double]
  let divergence: String

  static func load() throws -> [DirichletGolden] {
    let url = try #require(
      Bundle.module.url(forResource: "dirichlet", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode([DirichletGolden].self, from: Data(contentsOf: url))
  }
}

@Suite struct DirichletTests {
  /// Some more than `Dirichlet` promises of the sums that have hundreds of components.
  private static let tolerance = 1e-13

  private static func concentrations(
    _ count: Int, span: Double, _ random: inout SeededGenerator
  ) -> [Double] {
    (0..<count).map { _ in pow(10, span * (2 * random.uniform() - 1)) }
  }

  /// Others: the same, near, a multiple, or anywhere, each by itself or all alike.
  private static func model(
    of target: [Double], span: Double, _ random: inout SeededGenerator
  ) -> [Double] {
    let kind = Int(random.uniform() * 5)
    let factor = pow(10, span * (2 * random.uniform() - 1))
    return target.map { value in
      let isAlone = kind == 4
      let step = pow(10, -16 * random.uniform()) * (random.uniform() < 0.5 ? -0.9 : 0.9)
      let anywhere = pow(10, span * (2 * random.uniform() - 1))
      switch isAlone ? Int(random.uniform() * 3) : kind {
      case 0: return value
      case 1: return value * (1 + step)
      case 2: return isAlone ? anywhere : min(max(value * factor * (1 + step), 1e-300), 1e300)
      default: return anywhere
      }
    }
  }

  @Test func divergencesKeepTheirDigitsWhateverTheConcentrations() throws {
    let cases = try DirichletGolden.load()
    #expect(cases.count >= 500)
    for golden in cases {
      let expected = try #require(Double(golden.divergence))
      let value = try forwardKL(
        target: Dirichlet(concentrations: golden.target),
        model: Dirichlet(concentrations: golden.model))
      let isRight =
        expected < 1e-300 ? value <= 1.1e-300 : relativeError(value, expected) <= Self.tolerance
      #expect(isRight, "\(golden.target) \(golden.model): \(value), \(expected)")
      guard golden.target.count == 2 else { continue }
      let beta = try forwardKL(
        target: Beta(a: golden.target[0], b: golden.target[1]),
        model: Beta(a: golden.model[0], b: golden.model[1]))
      #expect(beta == value)
    }
  }

  @Test func theOrderOfTheComponentsIsOfNoAccount() throws {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2000 {
      let span = [1.0, 10, 300][Int(random.uniform() * 3)]
      let target = Self.concentrations(2 + Int(random.uniform() * 5), span: span, &random)
      let model = Self.model(of: target, span: span, &random)
      let order = Array(target.indices).shuffled(using: &random)
      let value = try forwardKL(
        target: Dirichlet(concentrations: target), model: Dirichlet(concentrations: model))
      let other = try forwardKL(
        target: Dirichlet(concentrations: order.map { target[$0] }),
        model: Dirichlet(concentrations: order.map { model[$0] }))
      #expect(value >= 0)
      #expect(
        relativeError(other, value) <= 2 * Self.tolerance || value < 1e-300,
        "\(target) \(model): \(value), \(other)")
    }
  }

  @Test func aDistributionIsNotFarFromItself() throws {
    var random = SeededGenerator(seed: 9)
    for span in [1.0, 10, 100, 300] {
      for count in [2, 3, 10, 100] {
        let p = try Dirichlet(concentrations: Self.concentrations(count, span: span, &random))
        #expect(try p.divergence(to: p) == 0)
      }
    }
  }

  /// Two components taken as one tell less, and what they tell by themselves is a Beta distribution's divergence.
  @Test func theDivergenceIsThatOfSomeTogetherAndOfThoseAmongThemselves() throws {
    var random = SeededGenerator(seed: 10)
    for _ in 0..<2000 {
      // So few bits that the sum of the first two is exact.
      let target = Self.concentrations(4, span: 3, &random).map { Double(Float($0)) }
      let model = Self.concentrations(4, span: 3, &random).map { Double(Float($0)) }
      func divergence(_ p: [Double], _ q: [Double]) throws -> Double {
        try forwardKL(
          target: Dirichlet(concentrations: p), model: Dirichlet(concentrations: q))
      }
      func together(_ x: [Double]) -> [Double] { [x[0] + x[1], x[2], x[3]] }
      let whole = try divergence(target, model)
      let parts =
        try divergence(together(target), together(model))
        + divergence(Array(target.prefix(2)), Array(model.prefix(2)))
      #expect(relativeError(parts, whole) <= 4 * Self.tolerance, "\(target) \(model)")
    }
  }

  @Test func hundredsOfNearlyProportionalConcentrationsKeepTheirDigits() throws {
    var random = SeededGenerator(seed: 11)
    let target = Self.concentrations(600, span: 2, &random)
    // Powers of two scale exactly: of large concentrations only the means are left, B KL(β/B ‖ α/A).
    let model = target.map { $0 * (1 + 1e-9 * random.normal()) }
    let huge = 0x1p200
    let (p, q) = (target.map { $0 * huge }, model.map { $0 * huge })
    let value = try forwardKL(
      target: Dirichlet(concentrations: p), model: Dirichlet(concentrations: q))
    let (a, b) = (target.reduce(0, +), model.reduce(0, +))
    let (shares, others) = (target.map { $0 / a }, model.map { $0 / b })
    let means = try forwardKL(
      target: Categorical(probabilities: others), model: Categorical(probabilities: shares))
    #expect(relativeError(value, b * huge * means) < 1e-6)
  }
}
