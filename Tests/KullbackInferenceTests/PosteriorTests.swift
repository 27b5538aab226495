import Foundation
import KullbackInference
import KullbackMatrix
import Testing

/// Fits beside posteriors that others computed by Markov chains.
@Suite struct PosteriorTests {
  struct Golden: Decodable {
    let features: [[Double]]
    let labels: [Int]
    let priorScale: Double
    let mode: [Double]
    let means: [Double]
    let errors: [Double]
    let deviations: [Double]
  }

  @Test func aLogisticPosteriorAgreesWithALongMarkovChain() throws {
    let url = try #require(
      Bundle.module.url(forResource: "posteriors", withExtension: "json", subdirectory: "Golden"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    let density = try BayesianLogisticRegression(
      features: Matrix(golden.features), labels: golden.labels, priorScale: golden.priorScale)
    var options = VariationalOptions()
    // The skewness shows in the largest weights: with 4000 draws their shape is near 0.8, with these near 0.4.
    options.diagnosticDraws = 20000
    let fit = try fitGaussian(to: density, options: options)
    #expect(fit.convergence.isConverged)
    #expect(fit.smoothing.reliability == .good)
    let weighted = try fit.weightedMeans(fit.diagnosticDraws)
    let covariance = try fit.gaussian.covariance
    for index in 0..<3 {
      let (mean, deviation) = (golden.means[index], golden.deviations[index])
      // A normal distribution's own mean: of the third order in the posterior's skewness, here 0.02 of a deviation.
      let bound = 0.05 * deviation + 4 * golden.errors[index]
      #expect(abs(fit.gaussian.mean[index] - mean) < bound)
      #expect(abs(fit.gaussian.mean[index] - mean) < abs(golden.mode[index] - mean) + bound / 2)
      #expect(abs(covariance[index, index].squareRoot() / deviation - 1) < 0.05)
      // Weighted towards the posterior, no more than the errors of both is left.
      let error =
        (weighted[index].standardError * weighted[index].standardError
        + golden.errors[index] * golden.errors[index]).squareRoot()
      #expect(abs(weighted[index].value - mean) < 4 * error)
    }
  }

  /// μ, τ and θ₁…θ₈ of `eight_schools-eight_schools_noncentered` in posteriordb, and their errors.
  static let published: [(mean: Double, error: Double)] = [
    (4.4105, 0.033), (3.6021, 0.032), (6.1505, 0.056), (4.9396, 0.046), (3.9059, 0.053),
    (4.7960, 0.048), (3.6144, 0.046), (4.0511, 0.048), (6.3172, 0.050), (4.8840, 0.053),
  ]

  @Test func eightSchoolsAgreeWithThePublishedMeans() throws {
    let schools = EightSchools(.nonCentred)
    var options = VariationalOptions()
    options.diagnosticDraws = 20000
    let fit = try fitGaussian(to: schools, options: options)
    let quantities = try schools.quantities(at: fit.diagnosticDraws)
    let weighted = try fit.weightedMeans(quantities)
    #expect(fit.convergence.isConverged)
    // Below the threshold of 0.7, and not by much: the normal distribution is too light in the tail of log τ.
    #expect(fit.smoothing.shape > 0.4 && fit.smoothing.reliability == .good)
    for index in 0..<10 {
      let (mean, error) = Self.published[index]
      let own = weighted[index].standardError
      // Both errors, four times.
      #expect(abs(weighted[index].value - mean) < 4 * (own * own + error * error).squareRoot())
    }
    // What the normal distribution cannot reach by itself: the spread τ and the extreme schools are shrunk.
    let plain = (0..<10).map { index in
      (0..<20000).reduce(0) { $0 + quantities[$1, index] } / 20000
    }
    #expect(plain[1] < Self.published[1].mean - 0.3)
    #expect(plain[2] < Self.published[2].mean - 0.15)
    #expect(abs(plain[0] - Self.published[0].mean) < 0.15)
  }
}
