import KullbackInference
import Testing

/// What fits print, and numbers of threads that they refuse.
@Suite struct FaceTests {
  private let samples = Matrix<Double>(
    (0..<60).map { Double($0 * 37 % 61) / 10 }, rows: 30, columns: 2)
  private var labels: [Int] { (0..<30).map { $0 * 7 % 3 } }

  @Test func aNormalDistributionPrintsMeansAndDeviations() throws {
    let normal = try MultivariateNormal(
      mean: [1, -0.5], covariance: Matrix([[4, 1], [1, 0.25 + 0.01]]))
    #expect("\(normal)" == "normal distribution in 2 dimensions: 1 ± 2, -0.5 ± 0.5099")
    let wide = try MultivariateNormal(
      mean: [Double](repeating: 0, count: 20),
      factor: Matrix((0..<20).map { row in (0..<20).map { $0 == row ? 1 : 0 } }))
    #expect("\(wide)".hasPrefix("normal distribution in 20 dimensions: 0 ± 1, "))
    #expect("\(wide)".hasSuffix("0 ± 1, ..."))
  }

  @Test func aSoftmaxFitPrintsConvergenceAndParts() throws {
    let fit = try SoftmaxRegression().fit(features: samples, labels: labels)
    let lines = "\(fit)".split(separator: "\n")
    #expect(lines[0] == "softmax regression of 2 features and 3 classes")
    #expect(lines[1].hasPrefix("converged: ") && lines[1].hasSuffix(" iterations"))
    #expect(lines[2].hasPrefix("forward KL D(p‖q) ") && lines[2].hasSuffix(" - H(p) 0 nats"))
    #expect(lines.count == 3)
  }

  @Test(arguments: [0, -2])
  func noThreadsAreAnError(threads: Int) throws {
    let refusal = InferenceError.invalidParameter(
      "number of threads", Double(threads), mustBe: "at least 1")
    #expect("\(refusal)" == "number of threads \(threads) must be at least 1")
    var regression = SoftmaxRegression()
    regression.threads = threads
    #expect(throws: refusal) { try regression.fit(features: samples, labels: labels) }
    let targets = try DistributionSet(probabilities: Matrix([[0.5, 0.5], [0.25, 0.75]]))
    #expect(throws: refusal) {
      try regression.fit(features: samples[rows: 0..<2], targets: targets)
    }
    var mixtures = ExpectationMaximisation(components: 2)
    mixtures.threads = threads
    #expect(throws: refusal) { try mixtures.fit(samples: samples) }
    #expect(throws: refusal) {
      try MultivariateNormal.maximumLikelihood(samples: samples, threads: threads)
    }
    #expect(throws: refusal) {
      try nearestNeighbourKL(target: samples, model: samples, threads: threads)
    }
    let model = try SoftmaxModel(weights: Matrix([[1, 0], [0, 1]]), intercepts: [0, 0])
    #expect(throws: refusal) { try model.logits(of: samples, threads: threads) }
    #expect(throws: refusal) {
      try model.distributions(of: AnyMatrix(samples), threads: threads)
    }
    let normal = try MultivariateNormal(mean: [0], covariance: Matrix([[1]]))
    #expect(throws: refusal) {
      try MultivariateNormal.divergences(targets: [normal], models: [normal], threads: threads)
    }
    let batch = try MultivariateNormals(means: Matrix([[0.0]]), covariances: Matrix([[1.0]]))
    #expect(throws: refusal) { try forwardKL(target: batch, model: batch, threads: threads) }
    #expect(throws: refusal) { try reverseKL(target: batch, model: batch, threads: threads) }
  }
}
