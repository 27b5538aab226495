import Foundation
import KullbackInference
import KullbackMatrix
import KullbackTestSupport
import Testing

@Suite struct BayesianLogisticRegressionTests {
  /// Observations of a known logistic model with an intercept.
  static func data(_ count: Int, _ features: Int) -> (Matrix<Double>, [Int]) {
    var generator = SeededGenerator(seed: 21)
    var rows: [[Double]] = []
    var labels: [Int] = []
    for _ in 0..<count {
      let row = [1] + generator.normals(features - 1)
      let margin = row.enumerated().reduce(0) { $0 + $1.element * sin(Double($1.offset) + 1) }
      rows.append(row)
      labels.append(generator.uniform() < 1 / (1 + exp(-margin)) ? 1 : 0)
    }
    return (Matrix(rows), labels)
  }

  @Test(arguments: [1, 7, 300, 1200]) func isTheLikelihoodTimesThePrior(count: Int) throws {
    let (features, labels) = Self.data(count, 3)
    let density = try BayesianLogisticRegression(
      features: features, labels: labels, priorScale: 2)
    let point = [0.3, -0.7, 1.1]
    var expected = 0.0
    for beta in point {
      expected -= beta * beta / 8 + log(2) + log(2 * Double.pi) / 2
    }
    for (row, label) in labels.enumerated() {
      let logit = (0..<3).reduce(0) { $0 + features[row, $1] * point[$1] }
      expected += Double(label) * logit - log1p(exp(logit))
    }
    let value = try density.logDensities(at: Matrix([point]))[0]
    #expect(relativeError(value, expected) < 1e-13)
  }

  @Test func theGradientIsThatOfTheValues() throws {
    let (features, labels) = Self.data(600, 4)
    let density = try BayesianLogisticRegression(features: features, labels: labels)
    let check = try checkGradient(of: density, at: DensityTests.points(2, 4))
    #expect(check.agrees, "\(check)")
  }

  @Test func pointsDoNotDependOnTheirNeighbours() throws {
    // More than one block of points and one tile of data.
    let (features, labels) = Self.data(700, 2)
    let density = try BayesianLogisticRegression(features: features, labels: labels)
    let points = try DensityTests.points(260, 2)
    var gradients = Matrix<Double>(rows: 260, columns: 2)
    let values = try density.logDensities(at: points, gradients: &gradients)
    for row in [0, 255, 256, 259] {
      var own = Matrix<Double>(rows: 1, columns: 2)
      let value = try density.logDensities(at: points[rows: row..<row + 1], gradients: &own)
      #expect(relativeError(value[0], values[row]) < 1e-13)
      #expect(abs(own[0, 1] - gradients[row, 1]) < 1e-10)
    }
    #expect(try density.logDensities(at: points) == values)
  }

  @Test func coefficientsFarOutLeaveTheDensityFinite() throws {
    let (features, labels) = Self.data(50, 2)
    let density = try BayesianLogisticRegression(features: features, labels: labels)
    let value = try density.logDensities(at: Matrix([[1e6, -1e6]]))[0]
    #expect(value.isFinite && value < -1e11)
  }

  @Test func badInputIsRefused() {
    let features = Matrix([[1.0, 2], [3, 4]])
    #expect(throws: InferenceError.lengthMismatch("labels", expected: 2, given: 1)) {
      try BayesianLogisticRegression(features: features, labels: [1])
    }
    #expect(throws: InferenceError.invalidParameter("label", 2, mustBe: "0 or 1")) {
      try BayesianLogisticRegression(features: features, labels: [0, 2])
    }
    #expect(throws: InferenceError.self) {
      try BayesianLogisticRegression(features: features, labels: [0, 1], priorScale: 0)
    }
    #expect(throws: InferenceError.self) {
      try BayesianLogisticRegression(features: Matrix([[1, .infinity]]), labels: [0])
    }
    #expect(throws: InferenceError.self) {
      try BayesianLogisticRegression(features: Matrix(rows: 1, columns: 0), labels: [0])
    }
  }
}
