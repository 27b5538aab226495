import Foundation
import Kullback
import KullbackInference
import Testing

@Suite struct MonteCarloKLTests {
  private static func normalLogDensity(_ x: Double, _ mean: Double, _ deviation: Double) -> Double {
    let z = (x - mean) / deviation
    return -0.5 * (z * z + log(2 * .pi)) - log(deviation)
  }

  private static func draws(_ count: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SplitMix(seed: seed)
    return Matrix((0..<count).map { _ in generator.normal() }, rows: count, columns: 1)
  }

  private static func estimate(_ estimator: MonteCarloEstimator) throws -> MonteCarloEstimate {
    try monteCarloKL(
      draws: draws(20_000, seed: 5),
      target: { $0.values.map { normalLogDensity($0, 0, 1) } },
      model: { $0.values.map { normalLogDensity($0, 0.5, 1.25) } }, estimator: estimator)
  }

  @Test(arguments: MonteCarloEstimator.allCases)
  func findsTheDivergenceOfTwoNormals(estimator: MonteCarloEstimator) throws {
    let found = try Self.estimate(estimator)
    let exact = log(1.25) + (1 + 0.25) / (2 * 1.5625) - 0.5
    #expect(abs(found.value - exact) <= 4 * found.standardError)
    #expect(found.standardError > 0 && found.standardError < 0.02)
    #expect(found.count == 20_000)
  }

  @Test func meanAndErrorAreThoseOfTheTerms() throws {
    let found = try monteCarloKL(
      targetLogDensities: [1, 2, 4], modelLogDensities: [0, 0, 0])
    #expect(relativeError(found.value, 7.0 / 3) < 1e-15)
    #expect(relativeError(found.standardError, (7.0 / 9).squareRoot()) < 1e-14)
    let exact = [1.0, 2, 4].map { exp(-$0) - 1 + $0 }.reduce(0, +) / 3
    let other = try monteCarloKL(
      targetLogDensities: [1, 2, 4], modelLogDensities: [0, 0, 0], estimator: .nonNegative)
    #expect(relativeError(other.value, exact) < 1e-15)
  }

  @Test func nonNegativeTermsKeepTheirDigits() throws {
    let found = try monteCarloKL(
      targetLogDensities: [1e-9, -1e-9], modelLogDensities: [0, 0], estimator: .nonNegative)
    #expect(relativeError(found.value, 5e-19) < 1e-8)
    let same = try monteCarloKL(
      targetLogDensities: [-1, -2], modelLogDensities: [-1, -2], estimator: .nonNegative)
    #expect(same.value == 0 && same.standardError == 0)
  }

  @Test(arguments: MonteCarloEstimator.allCases)
  func aDrawWithoutMassInTheModelIsInfinite(estimator: MonteCarloEstimator) throws {
    let found = try monteCarloKL(
      targetLogDensities: [0, 0], modelLogDensities: [0, -.infinity], estimator: estimator)
    #expect(found.value == .infinity && found.standardError.isNaN)
  }

  @Test func badLogDensitiesAreRefused() {
    let nan = Double.nan
    let infinity = Double.infinity
    let pairs: [([Double], [Double])] = [
      ([0, nan], [0, 0]), ([0, -infinity], [0, 0]), ([0, infinity], [0, 0]), ([0, 0], [0, nan]),
      ([0, 0], [0, infinity]), ([0], [0]), ([], []), ([0, 0], [0]),
    ]
    for (target, model) in pairs {
      #expect(throws: InferenceError.self) {
        try monteCarloKL(targetLogDensities: target, modelLogDensities: model)
      }
    }
    #expect {
      try monteCarloKL(targetLogDensities: [0, 0], modelLogDensities: [0, nan])
    } throws: { "\($0)".contains("model at draw 1 (counted from 0) nan") }
    for (target, model) in [([0, nan], [0, 0]), ([0, 0], [0, nan])] {
      #expect {
        try monteCarloKL(
          draws: Matrix([[0, 3], [1, 4]]), target: { _ in target }, model: { _ in model })
      } throws: { "\($0)" == "the log density is nan at [1.0, 4.0]" }
    }
    #expect(throws: InferenceError.self) {
      try monteCarloKL(draws: Matrix([[0], [1]]), target: { _ in [0] }, model: { _ in [0] })
    }
  }
}
