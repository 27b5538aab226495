import Foundation
import Kullback
@testable import KullbackInference
import Testing

@Suite struct SoftmaxGradientTests {
  static let objectives: [CategoricalObjective] = [
    .forwardKL, .reverseKL, .mixture(forwardShare: 0.3),
  ]

  /// Central differences of the objective, at a temperature, with weights and a penalty.
  private func check(
    _ regression: SoftmaxRegression, _ targets: SoftmaxTargets, _ data: SoftmaxData
  ) throws {
    var regression = regression
    regression.temperature = 1.7
    regression.penalty = 0.2
    let problem = try regression.problem(
      AnyMatrix(data.features), targets, classes: 4, data.weights)
    let evaluator = SoftmaxEvaluator(problem)
    let point = (0..<problem.parameters).map { sin(1 + 2 * Double($0)) }
    var (gradient, ignored) = (point, point)
    _ = try evaluator.evaluate(point, &gradient)
    #expect(gradient.contains { abs($0) > 0.01 })
    for index in point.indices {
      var (above, below) = (point, point)
      above[index] += 1e-5
      below[index] -= 1e-5
      let difference =
        try evaluator.evaluate(above, &ignored).objective
        - evaluator.evaluate(below, &ignored).objective
      #expect(abs(difference / 2e-5 - gradient[index]) < 1e-9)
    }
  }

  @Test(arguments: objectives) func ofDistributions(objective: CategoricalObjective) throws {
    let data = try SoftmaxData(rows: 21, inputs: 3, classes: 4)
    var regression = SoftmaxRegression()
    regression.objective = objective
    try check(regression, .distributions(data.targets), data)
  }

  @Test(arguments: objectives) func ofSmoothedLabels(objective: CategoricalObjective) throws {
    let data = try SoftmaxData(rows: 21, inputs: 3, classes: 4)
    var regression = SoftmaxRegression()
    regression.objective = objective
    try check(regression, .smoothedLabels(data.labels, smoothing: 0.1), data)
  }

  @Test(arguments: [true, false]) func ofLabels(hasIntercepts: Bool) throws {
    let data = try SoftmaxData(rows: 21, inputs: 3, classes: 4)
    var regression = SoftmaxRegression()
    regression.hasIntercepts = hasIntercepts
    try check(regression, .labels(data.labels), data)
  }
}
