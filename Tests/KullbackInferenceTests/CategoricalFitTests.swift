import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct CategoricalFitTests {
  private let rows: [[Double]] = [[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.8, 0.15, 0.05]]

  @Test func forwardIsTheMean() throws {
    let fit = try fitCategorical(
      byForwardKLTo: DistributionSet(probabilities: Matrix(rows)), sampleWeights: [1, 2, 1])
    #expect(largestDifference(fit.probabilities, [1.5 / 4, 0.95 / 4, 1.55 / 4]) < 1e-15)
  }

  @Test func reverseIsTheNormalisedGeometricMean() throws {
    let fit = try fitCategorical(
      byReverseKLTo: DistributionSet(probabilities: Matrix(rows)), sampleWeights: [1, 2, 1])
    let roots = (0..<3).map { k in pow(rows[0][k] * pow(rows[1][k], 2) * rows[2][k], 0.25) }
    let z = roots.reduce(0, +)
    #expect(largestDifference(fit.probabilities, roots.map { $0 / z }) < 1e-15)
    #expect(abs(fit.divergence + log(z)) < 1e-15)
  }

  @Test(arguments: [CategoricalObjective.forwardKL, .reverseKL])
  func isARegressionWithoutFeatures(objective: CategoricalObjective) throws {
    let data = try SoftmaxData(rows: 40, inputs: 0, classes: 5)
    var regression = SoftmaxRegression()
    regression.objective = objective
    regression.search.gradientTolerance = 1e-10
    let fit = try regression.fit(
      features: data.features, targets: data.targets, sampleWeights: data.weights)
    let closed =
      objective == .forwardKL
      ? try fitCategorical(byForwardKLTo: data.targets, sampleWeights: data.weights)
      : try fitCategorical(byReverseKLTo: data.targets, sampleWeights: data.weights)
    let masses = fit.model.intercepts.map { exp($0) }
    let found = masses.map { $0 / masses.reduce(0, +) }
    #expect(largestDifference(found, closed.probabilities) < 1e-8)
    #expect(relativeError(fit.final.objective, closed.divergence) < 1e-10)
  }

  @Test func isTheCentroidOfOneCluster() throws {
    let set = try SoftmaxData(rows: 40, inputs: 0, classes: 5).targets
    for (divergence, fit) in [
      (ClusteringDivergence.forwardKL, try fitCategorical(byForwardKLTo: set)),
      (.reverseKL, try fitCategorical(byReverseKLTo: set)),
    ] {
      let clustering = try set.clusters(into: 1, by: divergence)
      #expect(largestDifference(clustering.centroids.row(0), fit.probabilities) < 1e-14)
    }
  }

  @Test func classesWithoutMass() throws {
    let set = try DistributionSet(probabilities: Matrix<Double>([[0.5, 0.5, 0], [0, 0.5, 0.5]]))
    #expect(try fitCategorical(byForwardKLTo: set).probabilities == [0.25, 0.5, 0.25])
    #expect(try fitCategorical(byReverseKLTo: set).probabilities == [0, 1, 0])
    // A target without weight has no say.
    #expect(
      try fitCategorical(byReverseKLTo: set, sampleWeights: [1, 0]).probabilities == [0.5, 0.5, 0])
    let apart = try DistributionSet(probabilities: Matrix<Double>([[1, 0], [0, 1]]))
    #expect(throws: InferenceError.noCommonClass) { try fitCategorical(byReverseKLTo: apart) }
  }

  @Test func whatIsNoDistributionIsRefused() throws {
    let set = try DistributionSet(probabilities: Matrix<Double>([[0.5, 0.5], [0.5, 0.7]]))
    #expect(throws: InferenceError.invalidTarget(row: 1, .notNormalised)) {
      try fitCategorical(byForwardKLTo: set)
    }
    #expect(throws: InferenceError.lengthMismatch("sample weights", expected: 2, given: 1)) {
      try fitCategorical(byReverseKLTo: set, sampleWeights: [1])
    }
  }
}
