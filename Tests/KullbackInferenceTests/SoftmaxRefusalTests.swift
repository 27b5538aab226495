import Kullback
import KullbackInference
import Testing

@Suite struct SoftmaxRefusalTests {
  private let features = Matrix<Double>([[1, 2], [3, 4], [5, 7]])

  private func expect(
    _ error: InferenceError, labels: [Int] = [0, 1, 1], classes: Int? = nil,
    weights: [Double]? = nil, features: Matrix<Double>? = nil,
    _ change: (inout SoftmaxRegression) -> Void = { _ in }
  ) {
    var regression = SoftmaxRegression()
    change(&regression)
    #expect(throws: error) {
      try regression.fit(
        features: features ?? self.features, labels: labels, classes: classes,
        sampleWeights: weights)
    }
    #expect(!error.description.isEmpty)
  }

  @Test func shapes() throws {
    expect(.lengthMismatch("targets", expected: 3, given: 2), labels: [0, 1])
    expect(.lengthMismatch("sample weights", expected: 3, given: 1), weights: [1])
    expect(.nothingToFit, labels: [], features: Matrix(rows: 0, columns: 2))
    expect(.nothingToFit, weights: [0, 0, 0])
    let model = try SoftmaxModel(weights: Matrix([[1, 2], [3, 4]]), intercepts: [0, 0])
    #expect(throws: InferenceError.lengthMismatch("features of a row", expected: 2, given: 3)) {
      try model.logits(of: Matrix<Double>(rows: 1, columns: 3))
    }
  }

  @Test func labelsOutOfRange() {
    expect(.labelOutOfRange(row: 2, label: 2, classes: 2), labels: [0, 1, 2], classes: 2)
    expect(.labelOutOfRange(row: 1, label: -1, classes: 2), labels: [0, -1, 1])
  }

  @Test func labelsOfOneClass() {
    expect(.oneClass(0), labels: [0, 0, 0])
    expect(.oneClass(3), labels: [3, 3, 3], classes: 9) { $0.penalty = 1 }
    expect(.oneClass(1), weights: [0, 1, 2])
    expect(.oneClass(2), labels: [2, 2, 2]) { $0.labelSmoothing = 0.1 }
  }

  @Test func featuresThatAreNotFinite() {
    for bad in [Double.infinity, -.infinity] {
      expect(
        .notFinite(row: 1, column: 0, bad), features: Matrix([[1, 2], [bad, 4], [5, 7]]))
    }
    // NaN is not equal to itself: looked at by its place.
    #expect {
      try SoftmaxRegression().fit(
        features: Matrix<Double>([[1, 2], [3, 4], [5, .nan]]), labels: [0, 1, 1])
    } throws: { error in
      guard case InferenceError.notFinite(let row, let column, _) = error else { return false }
      return row == 2 && column == 1 && "\(error)".contains("row 2, column 1")
    }
  }

  @Test func options() {
    expect(.invalidParameter("penalty", -1, mustBe: "a finite number, 0 or above")) {
      $0.penalty = -1
    }
    for bad in [0, -1, .infinity] {
      expect(.invalidParameter("temperature", bad, mustBe: "a finite number above 0")) {
        $0.temperature = bad
      }
    }
    expect(.invalidParameter("label smoothing", 1.5, mustBe: "in 0...1")) {
      $0.labelSmoothing = 1.5
    }
    expect(.invalidParameter("share of forward KL", 2, mustBe: "in 0...1")) {
      $0.objective = .mixture(forwardShare: 2)
      $0.labelSmoothing = 0.1
    }
    expect(.invalidSampleWeight(row: 1, -2), weights: [1, -2, 1])
    expect(.invalidSampleWeight(row: 0, .infinity), weights: [.infinity, 2, 1])
  }

  @Test func reverseKLOfLabels() throws {
    expect(.reverseKLToLabels) { $0.objective = .reverseKL }
    expect(.reverseKLToLabels) { $0.objective = .mixture(forwardShare: 0.5) }
    var regression = SoftmaxRegression()
    regression.objective = .reverseKL
    regression.labelSmoothing = 0.1
    let fit = try regression.fit(features: features, labels: [0, 1, 1])
    #expect(fit.final.objective.isFinite)
  }

  @Test func targets() throws {
    func expect(
      _ error: InferenceError, _ rows: [[Double]], _ objective: CategoricalObjective = .forwardKL
    ) throws {
      var regression = SoftmaxRegression()
      regression.objective = objective
      let targets = try DistributionSet(probabilities: Matrix(rows))
      #expect(throws: error) { try regression.fit(features: features, targets: targets) }
    }
    try expect(
      .invalidTarget(row: 1, .notNormalised), [[0.5, 0.5], [0.5, 0.6], [0.5, 0.5]])
    try expect(.invalidTarget(row: 2, .negative), [[0.5, 0.5], [0.5, 0.5], [1.5, -0.5]])
    try expect(
      .infiniteReverseKL(row: 1, class: 1), [[0.5, 0.5], [1, 0], [0.5, 0.5]], .reverseKL)
    try expect(
      .infiniteReverseKL(row: 2, class: 0), [[0.5, 0.5], [0.5, 0.5], [0, 1]],
      .mixture(forwardShare: 0.9))
  }

  @Test func models() {
    let weights = Matrix<Double>([[1, 2]])
    #expect(throws: InferenceError.lengthMismatch("intercepts", expected: 2, given: 1)) {
      try SoftmaxModel(weights: weights, intercepts: [0])
    }
    #expect(throws: InferenceError.invalidParameter("intercept", .infinity, mustBe: "finite")) {
      try SoftmaxModel(weights: weights, intercepts: [0, .infinity])
    }
    #expect(throws: InferenceError.nothingToFit) {
      try SoftmaxModel(weights: Matrix(rows: 2, columns: 0), intercepts: [])
    }
  }
}
