import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct SoftmaxDistillationTests {
  static let objectives = SoftmaxGradientTests.objectives

  /// A model whose weights and intercepts sum to 0 over the classes.
  private func teacher(inputs: Int, classes: Int) throws -> SoftmaxModel {
    var random = SeededGenerator(seed: 9)
    func row() -> [Double] {
      let values = random.normals(classes)
      return values.map { $0 - values.reduce(0, +) / Double(classes) }
    }
    let weights = Matrix((0..<inputs).map { _ in row() })
    return try SoftmaxModel(weights: weights, intercepts: row())
  }

  @Test(arguments: objectives) func recoversAPlantedModelByEitherDirection(
    objective: CategoricalObjective
  ) throws {
    let data = try SoftmaxData(rows: 100, inputs: 4, classes: 3)
    let teacher = try teacher(inputs: 4, classes: 3)
    var regression = SoftmaxRegression()
    regression.objective = objective
    regression.search.gradientTolerance = 1e-12
    let fit = try regression.fit(
      features: data.features,
      targets: teacher.distributions(of: AnyMatrix(data.features)))
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(largestDifference(fit.model.weights.values, teacher.weights.values) < 1e-10)
    #expect(largestDifference(fit.model.intercepts, teacher.intercepts) < 1e-10)
    #expect(fit.final.objective < 1e-20)
  }

  @Test func directionsDifferWhereTheModelCannotBeTheTarget() throws {
    let data = try SoftmaxData(rows: 60, inputs: 2, classes: 4)
    func fit(_ objective: CategoricalObjective) throws -> SoftmaxFit {
      var regression = SoftmaxRegression()
      regression.objective = objective
      return try regression.fit(features: data.features, targets: data.targets)
    }
    let (forward, reverse) = (try fit(.forwardKL), try fit(.reverseKL))
    #expect(forward.convergence.isConverged && reverse.convergence.isConverged)
    func means(_ fit: SoftmaxFit) throws -> (Double, Double) {
      let model = try fit.model.distributions(of: AnyMatrix(data.features))
      return (
        try forwardKL(target: data.targets, model: model).reduce(0, +),
        try reverseKL(target: data.targets, model: model).reduce(0, +)
      )
    }
    let (a, b) = (try means(forward), try means(reverse))
    #expect(a.0 < b.0 - 1e-3)
    #expect(b.1 < a.1 - 1e-3)
  }

  @Test func everyFormOfTheTargetsGivesTheSameModel() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 4)
    let (values, _) = try data.targets.probabilities(as: Double.self)
    let (logs, _) = try data.targets.logProbabilities(as: Double.self)
    let counts = Matrix(values.values.map { 8 * $0 }, rows: 50, columns: 4)
    var regression = SoftmaxRegression()
    regression.search.gradientTolerance = 1e-10
    func weights(_ targets: DistributionSet) throws -> [Double] {
      try regression.fit(features: data.features, targets: targets).model.weights.values
    }
    let expected = try weights(data.targets)
    for other in [
      try DistributionSet(probabilities: values), try DistributionSet(logProbabilities: logs),
      try DistributionSet(weights: counts),
    ] {
      #expect(largestDifference(try weights(other), expected) < 1e-8)
    }
  }

  @Test func labelsAndOneHotTargetsAreTheSame() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 4)
    let hot = Matrix(data.labels.map { label in (0..<4).map { $0 == label ? 1.0 : 0 } })
    var regression = SoftmaxRegression()
    regression.search.gradientTolerance = 1e-10
    let byLabels = try regression.fit(features: data.features, labels: data.labels, classes: 4)
    let byTargets = try regression.fit(
      features: data.features, targets: try DistributionSet(probabilities: hot))
    #expect(
      largestDifference(byLabels.model.weights.values, byTargets.model.weights.values) < 1e-8)
    #expect(
      relativeError(byTargets.final.objective, byLabels.final.objective) < 1e-12)
  }

  @Test func theTemperatureScalesTheWeights() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 4)
    var regression = SoftmaxRegression()
    regression.search.gradientTolerance = 1e-10
    let plain = try regression.fit(features: data.features, targets: data.targets)
    regression.temperature = 3
    let warm = try regression.fit(features: data.features, targets: data.targets)
    #expect(warm.model.temperature == 3)
    #expect(
      largestDifference(warm.model.weights.values, plain.model.weights.values.map { 3 * $0 })
        < 1e-7)
    // Logits have the temperature divided out.
    #expect(
      largestDifference(
        try warm.model.logits(of: data.features).values,
        try plain.model.logits(of: data.features).values) < 1e-7)
  }
}
