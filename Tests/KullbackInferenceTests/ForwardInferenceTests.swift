import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct ForwardInferenceTests {
  private static func normal(_ mean: [Double], _ covariance: [[Double]]) throws
    -> MultivariateNormal
  {
    try MultivariateNormal(mean: mean, covariance: Matrix(covariance))
  }

  /// A density that is a constant times another's.
  private struct Scaled: Density {
    let base: GaussianMixture
    let logFactor: Double
    var dimension: Int { base.dimension }

    func logDensities(at points: Matrix<Double>) throws -> [Double] {
      try base.logDensities(at: points).map { $0 + logFactor }
    }

    func logDensities(
      at points: Matrix<Double>, gradients: inout Matrix<Double>
    ) throws -> [Double] {
      try base.logDensities(at: points, gradients: &gradients).map { $0 + logFactor }
    }
  }

  /// A density of which only the values matter.
  private struct Values: Density {
    let dimension: Int
    let value: @Sendable ([Double]) -> Double

    func logDensities(at points: Matrix<Double>) throws -> [Double] {
      (0..<points.rows).map { value(points.row($0)) }
    }

    func logDensities(
      at points: Matrix<Double>, gradients: inout Matrix<Double>
    ) throws -> [Double] {
      try logDensities(at: points)
    }
  }

  private static var quick: ForwardInference {
    var inference = ForwardInference()
    inference.drawsPerRound = 1000
    inference.finalDraws = 4000
    return inference
  }

  /// Whether the moments of a fit are within 5 of its errors of those expected.
  private func expect(
    _ fit: ForwardFit, mean: [Double], variances: [Double], tight: Double
  ) throws {
    let covariance = try fit.normal.covariance
    for index in mean.indices {
      #expect(abs(fit.normal.mean[index] - mean[index]) < 5 * fit.meanErrors[index])
      #expect(abs(covariance[index, index] - variances[index]) < 5 * fit.varianceErrors[index])
      // An error that is too large would make anything right.
      #expect(fit.meanErrors[index] < tight * variances[index].squareRoot())
      #expect(fit.varianceErrors[index] < 2 * tight * variances[index])
    }
  }

  @Test func bothModesAreCovered() throws {
    let target = try GaussianMixture(
      weights: [0.3, 0.7],
      components: [Self.normal([-4], [[0.5]]), Self.normal([3], [[1]])])
    // One mode alone, as a reverse fit has it.
    let fit = try Self.quick.fit(target, proposal: Self.normal([3], [[1]]))
    #expect(fit.convergence.isConverged)
    try expect(
      fit, mean: target.mean, variances: [target.covariance[0, 0]], tight: 0.05)
    #expect(fit.effectiveSampleSize > 0.2 * Double(fit.draws))
    #expect(abs(fit.logNormaliser) < 5 * fit.logNormaliserError)
    #expect(fit.divergence > 5 * fit.divergenceError)
  }

  @Test func correlationsOfAMixtureInThePlaneAreItsOwn() throws {
    let target = try GaussianMixture(
      weights: [1, 1],
      components: [
        Self.normal([-2, -1], [[1, 0.2], [0.2, 0.4]]),
        Self.normal([2, 2], [[0.5, 0], [0, 0.5]]),
      ])
    let fit = try Self.quick.fit(target, proposal: Self.normal([0, 0], [[1, 0], [0, 1]]))
    let covariance = try target.covariance
    try expect(
      fit, mean: target.mean, variances: [covariance[0, 0], covariance[1, 1]], tight: 0.05)
    #expect(try abs(fit.normal.covariance[0, 1] - covariance[0, 1]) < 0.3)
  }

  @Test func aMeanFieldHasTheVariancesOfTheTarget() throws {
    // Variances Σᵢᵢ = 1, 4; what reverse KL gives, 1/Λᵢᵢ, is smaller by 1 - ρ² = 0.19.
    let target = try GaussianMixture(
      weights: [1], components: [Self.normal([1, -2], [[1, 1.8], [1.8, 4]])])
    var inference = Self.quick
    inference.family = .meanField
    let fit = try inference.fit(target, proposal: Self.normal([0, 0], [[0.19, 0], [0, 0.76]]))
    try expect(fit, mean: [1, -2], variances: [1, 4], tight: 0.05)
    #expect(fit.normal.factor[1, 0] == 0)
    let reverse = try fitGaussian(to: target, family: .meanField).gaussian.deviations
    #expect(abs(reverse[0] * reverse[0] - 0.19) < 1e-5)
    #expect(abs(reverse[1] * reverse[1] - 0.76) < 1e-5)
    // D(p‖q) of the diagonal: -½ log(1 - ρ²).
    #expect(abs(fit.divergence + 0.5 * log(0.19)) < 5 * fit.divergenceError)
    #expect(fit.divergenceError < 0.05)
  }

  @Test func theNormaliserIsFoundAndChangesNothingElse() throws {
    let base = try GaussianMixture(weights: [1], components: [Self.normal([2], [[3]])])
    let proposal = try Self.normal([0], [[1]])
    let plain = try Self.quick.fit(base, proposal: proposal)
    let scaled = try Self.quick.fit(Scaled(base: base, logFactor: 700), proposal: proposal)
    #expect(abs(scaled.logNormaliser - 700) < 5 * scaled.logNormaliserError)
    #expect(abs(scaled.normal.mean[0] - plain.normal.mean[0]) < 1e-9)
    #expect(abs(scaled.divergence - plain.divergence) < 1e-9)
    // p is normal, and so is q: D = 0 within its error.
    #expect(abs(plain.divergence) < 5 * plain.divergenceError)
  }

  @Test func aProposalFarAwayFindsItsWay() throws {
    let target = try GaussianMixture(
      weights: [1], components: [Self.normal([30, -20], [[1, 0.5], [0.5, 2]])])
    var rounds: [ForwardRound] = []
    let fit = try Self.quick.fit(target, proposal: Self.normal([0, 0], [[1, 0], [0, 1]])) {
      rounds.append($0)
    }
    #expect(fit.convergence.isConverged)
    try expect(fit, mean: [30, -20], variances: [1, 2], tight: 0.05)
    #expect(rounds.first.map { $0.temper < 1 } == true && rounds.last?.temper == 1)
    #expect(rounds == fit.rounds && rounds.map(\.round) == Array(1...rounds.count))
  }

  @Test func theSameSeedGivesTheSameFit() throws {
    let target = try GaussianMixture(weights: [1], components: [Self.normal([2], [[3]])])
    let proposal = try Self.normal([0], [[1]])
    var other = Self.quick
    other.seed = 2
    let fits = try [Self.quick, Self.quick, other].map { try $0.fit(target, proposal: proposal) }
    #expect(fits[0].normal == fits[1].normal && fits[0].normal != fits[2].normal)
  }

  @Test func roundsThatRunOutAreSaid() throws {
    let target = try GaussianMixture(
      weights: [1], components: [Self.normal([500], [[1]])])
    var inference = Self.quick
    inference.maximumRounds = 1
    let fit = try inference.fit(target, proposal: Self.normal([0], [[1]]))
    #expect(fit.convergence == .roundsExhausted && !fit.convergence.isConverged)
    #expect(fit.rounds.count == 2)
  }

  @Test func aTargetWithoutDensityInPlacesIsFitted() throws {
    // Half a normal: mean √(2/π), variance 1 - 2/π.
    let half = Values(dimension: 1) { $0[0] < 0 ? -.infinity : -0.5 * $0[0] * $0[0] }
    let fit = try Self.quick.fit(half, proposal: Self.normal([0], [[1]]))
    try expect(fit, mean: [(2 / Double.pi).squareRoot()], variances: [1 - 2 / .pi], tight: 0.05)
    #expect(fit.divergence.isFinite)
  }

  @Test func whatIsNoTargetIsRefused() throws {
    let proposal = try Self.normal([0], [[1]])
    #expect(throws: InferenceError.noDensity(draws: 1000)) {
      try Self.quick.fit(Values(dimension: 1) { _ in -.infinity }, proposal: proposal)
    }
    for bad in [Double.nan, .infinity] {
      #expect {
        try Self.quick.fit(Values(dimension: 1) { _ in bad }, proposal: proposal)
      } throws: { "\($0)".contains("log density is \(bad) at [") }
    }
    #expect(
      throws: InferenceError.lengthMismatch("dimensions of the proposal", expected: 2, given: 1)
    ) {
      try Self.quick.fit(Values(dimension: 2) { _ in 0 }, proposal: proposal)
    }
    var inference = Self.quick
    inference.maximumRounds = 0
    #expect(throws: InferenceError.invalidParameter("maximumRounds", 0, mustBe: "1 or above")) {
      try inference.fit(Values(dimension: 1) { _ in 0 }, proposal: proposal)
    }
  }
}
