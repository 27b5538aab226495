import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct ExpectationMaximisationTests {
  private struct Parameters: Decodable {
    let weights: [Double]
    let means: [[Double]]
    let covariances: [[[Double]]]
    var meanLogLikelihood: Double?

    func mixture() throws -> GaussianMixture {
      try GaussianMixture(
        weights: weights,
        components: zip(means, covariances).map {
          try MultivariateNormal(mean: $0, covariance: Matrix($1))
        })
    }
  }

  private struct Golden: Decodable {
    let samples: [[Double]]
    let start: Parameters
    let fits: [String: Parameters]

    static func load() throws -> Golden {
      let url = try #require(
        Bundle.module.url(
          forResource: "mixture", withExtension: "json", subdirectory: "Golden"))
      return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
  }

  private static func planted(_ count: Int, seed: UInt64 = 4) throws -> (
    mixture: GaussianMixture, samples: Matrix<Double>
  ) {
    let mixture = try GaussianMixture(
      weights: [0.5, 0.3, 0.2],
      components: [
        MultivariateNormal(mean: [1000, 0], covariance: Matrix([[1, 0.5], [0.5, 1]])),
        MultivariateNormal(mean: [1006, 4], covariance: Matrix([[0.3, 0], [0, 2]])),
        MultivariateNormal(mean: [994, 5], covariance: Matrix([[1, -0.6], [-0.6, 0.8]])),
      ])
    return (mixture, try mixture.draws(count, seed: seed))
  }

  private static func isNeverLower(_ objectives: [Double]) -> Bool {
    zip(objectives, objectives.dropFirst()).allSatisfy { $1 >= $0 - 1e-12 * max(1, abs($0)) }
  }

  @Test(arguments: GaussianFamily.allCases)
  func theOptimumIsScikitLearnsFromTheSameStart(family: GaussianFamily) throws {
    let golden = try Golden.load()
    let expected = try #require(golden.fits[family.rawValue])
    var search = ExpectationMaximisation(components: 3)
    (search.family, search.regularisation, search.tolerance) = (family, 0, 1e-15)
    let fit = try search.fit(samples: Matrix(golden.samples), from: golden.start.mixture())
    #expect(fit.convergence.isConverged)
    let likelihood = try #require(expected.meanLogLikelihood)
    #expect(abs(fit.crossEntropy + likelihood) < 1e-11)
    for index in 0..<3 {
      #expect(abs(fit.mixture.weights[index] - expected.weights[index]) < 1e-6)
      let component = fit.mixture.components[index]
      for i in 0..<2 {
        #expect(abs(component.mean[i] - expected.means[index][i]) < 1e-5)
        for j in 0..<2 {
          let value = try component.covariance[i, j]
          #expect(abs(value - expected.covariances[index][i][j]) < 1e-5)
        }
      }
    }
  }

  @Test(arguments: GaussianFamily.allCases, [0, 1e-6, 0.05])
  func theObjectiveNeverFalls(family: GaussianFamily, regularisation: Double) throws {
    let golden = try Golden.load()
    var search = ExpectationMaximisation(components: 4)
    (search.family, search.regularisation, search.seed) = (family, regularisation, 3)
    search.maximumIterations = 200
    var reports: [MixtureProgress] = []
    let fit = try search.fit(samples: Matrix(golden.samples)) { reports.append($0) }
    #expect(Self.isNeverLower(fit.objectives))
    let last = try #require(fit.objectives.last)
    #expect(last > fit.objectives[0] + 1e-3)
    #expect(reports.map(\.objective) == fit.objectives)
    #expect(reports.map(\.iteration) == Array(0...fit.iterations))
  }

  @Test func theCrossEntropyIsThatOfTheMixtureReturned() throws {
    let golden = try Golden.load()
    var search = ExpectationMaximisation(components: 3)
    search.maximumIterations = 7
    let samples = Matrix(golden.samples)
    let fit = try search.fit(samples: samples)
    let mean = try fit.mixture.logDensities(at: samples).reduce(0, +) / Double(samples.rows)
    #expect(abs(fit.crossEntropy + mean) < 1e-12)
    #expect(fit.convergence == .iterationsExhausted && fit.iterations == 7)
  }

  @Test func aPlantedMixtureIsRecovered() throws {
    let (planted, samples) = try Self.planted(3000)
    var search = ExpectationMaximisation(components: 3)
    (search.restarts, search.tolerance) = (3, 1e-7)
    let fit = try search.fit(samples: samples)
    #expect(fit.convergence.isConverged && fit.starts.count == 3)
    #expect(fit.starts[fit.start] == fit.starts.compactMap { $0 }.max())
    for (weight, component) in zip(planted.weights, planted.components) {
      let (index, found) = try #require(
        fit.mixture.components.enumerated().min {
          abs($0.element.mean[0] - component.mean[0]) < abs($1.element.mean[0] - component.mean[0])
        })
      #expect(abs(fit.mixture.weights[index] - weight) < 0.04)
      for i in 0..<2 {
        #expect(abs(found.mean[i] - component.mean[i]) < 0.2)
        for j in 0..<2 {
          #expect(try abs(found.covariance[i, j] - component.covariance[i, j]) < 0.3)
        }
      }
    }
  }

  @Test func oneComponentIsMaximumLikelihood() throws {
    let samples = try Self.planted(200).samples
    for family in GaussianFamily.allCases {
      var search = ExpectationMaximisation(components: 1)
      (search.family, search.regularisation) = (family, 0)
      let fit = try search.fit(samples: samples)
      let single = try MultivariateNormal.maximumLikelihood(samples: samples, family: family)
      #expect(abs(fit.crossEntropy - single.crossEntropy) < 1e-12)
      for (a, b) in zip(fit.mixture.components[0].factor.values, single.normal.factor.values) {
        #expect(abs(a - b) < 1e-9)
      }
    }
  }

  @Test func aWeightIsARowSoManyTimes() throws {
    let golden = try Golden.load()
    let weights = golden.samples.indices.map { Double($0 % 3) }
    let repeated = zip(golden.samples, weights).flatMap { row, weight in
      [[Double]](repeating: row, count: Int(weight))
    }
    var search = ExpectationMaximisation(components: 3)
    (search.regularisation, search.maximumIterations) = (0, 20)
    let start = try golden.start.mixture()
    let weighted = try search.fit(samples: Matrix(golden.samples), weights: weights, from: start)
    let plain = try search.fit(samples: Matrix(repeated), from: start)
    for (a, b) in zip(weighted.mixture.components, plain.mixture.components) {
      #expect(zip(a.mean, b.mean).allSatisfy { abs($0 - $1) < 1e-9 })
    }
    // In any unit.
    let scaled = try search.fit(
      samples: Matrix(golden.samples), weights: weights.map { $0 * 1e3 }, from: start)
    #expect(abs(scaled.crossEntropy - weighted.crossEntropy) < 1e-12)
  }

  @Test func threadsDoNotChangeABit() throws {
    let samples = try Self.planted(5000).samples
    let fits = try [1, 2, 3].map { threads in
      var search = ExpectationMaximisation(components: 3)
      (search.threads, search.maximumIterations) = (threads, 4)
      return try search.fit(samples: samples)
    }
    #expect(fits[0].mixture == fits[1].mixture && fits[0].mixture == fits[2].mixture)
    #expect(fits[0].objectives == fits[2].objectives)
  }

  @Test func duplicatesAndFewDistinctSamplesAreAnswered() throws {
    let rows = [[0.0, 0], [0, 0], [1, 2], [1, 2], [1, 2], [5, 1]]
    #expect(throws: InferenceError.tooFewDistinctSamples(components: 4)) {
      try ExpectationMaximisation(components: 4).fit(samples: Matrix(rows))
    }
    #expect(throws: InferenceError.tooFewDistinctSamples(components: 7)) {
      try ExpectationMaximisation(components: 7).fit(samples: Matrix(rows))
    }
    // Each component has one point, and the width that the regularisation leaves it.
    let fit = try ExpectationMaximisation(components: 3).fit(samples: Matrix(rows))
    #expect(Self.isNeverLower(fit.objectives))
    #expect(fit.mixture.components.allSatisfy { $0.factor[0, 0] > 0 && $0.factor[0, 0] < 0.01 })
    let weights = fit.mixture.weights.sorted().map { ($0 * 6e9).rounded() }
    #expect(weights == [1e9, 2e9, 3e9])
    #expect(fit.mixture.components.map { $0.mean[0].rounded() }.sorted() == [0, 1, 5])
  }

  @Test func aCollapseIsSaidWithoutRegularisation() throws {
    let rows = [[0.0, 0], [0, 0], [1, 2], [1, 2], [1, 2], [5, 1]]
    var search = ExpectationMaximisation(components: 3)
    search.regularisation = 0
    #expect {
      try search.fit(samples: Matrix(rows))
    } throws: { error in
      guard case InferenceError.collapsedComponent = error else { return false }
      return "\(error)".contains("regularisation above 0")
    }
  }

  @Test func badSamplesAndOptionsAreRefused() throws {
    var samples = try Self.planted(100).samples
    #expect(throws: InferenceError.dependentColumn(1)) {
      try ExpectationMaximisation(components: 1).fit(
        samples: Matrix([[1.0, 2], [3, 2], [4, 2]]))
    }
    #expect(throws: InferenceError.tooFewSamples(0, needed: 1)) {
      try ExpectationMaximisation(components: 1).fit(samples: Matrix(rows: 0, columns: 2))
    }
    #expect(
      throws: InferenceError.lengthMismatch("weights of the samples", expected: 100, given: 1)
    ) {
      try ExpectationMaximisation(components: 1).fit(samples: samples, weights: [1])
    }
    samples[99, 1] = .nan
    #expect(throws: InferenceError.sampleNotFinite(row: 99, column: 1)) {
      try ExpectationMaximisation(components: 1).fit(samples: samples)
    }
    #expect(throws: InferenceError.invalidParameter("components", 0, mustBe: "1 or above")) {
      try ExpectationMaximisation(components: 0).fit(samples: samples)
    }
    var search = ExpectationMaximisation(components: 1)
    search.regularisation = -1
    #expect(throws: InferenceError.self) { try search.fit(samples: samples) }
    let golden = try Golden.load()
    #expect(
      throws: InferenceError.lengthMismatch(
        "components of the first mixture", expected: 2, given: 3)
    ) {
      try ExpectationMaximisation(components: 2).fit(
        samples: Matrix(golden.samples), from: golden.start.mixture())
    }
  }
}
