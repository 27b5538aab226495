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
    let gammas = [try Gamma(shape: 2, rate: 1)]
    #expect(throws: refusal) { try forwardKL(target: gammas, model: gammas, threads: threads) }
    #expect(throws: refusal) { try reverseKL(target: gammas, model: gammas, threads: threads) }
    #expect(throws: refusal) { try crossEntropy(target: gammas, model: gammas, threads: threads) }
    #expect(throws: refusal) { try entropy(of: gammas, threads: threads) }
    let family = try #require(NamedFamily.all.first { $0.name == "gamma" })
    #expect(throws: refusal) {
      try family.evaluate(targets: [[2, 1]], models: [[2, 1]], threads: threads)
    }
    #expect(throws: refusal) { try fitGaussian(to: Banana(), threads: threads) }
    var inference = ForwardInference()
    inference.threads = threads
    #expect(throws: refusal) { try inference.fit(Banana()) }
    let plane = try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0], [0, 1]]))
    #expect(throws: refusal) { try inference.fit(Banana(), proposal: plane) }
  }

  @Test func familiesInBatchesAreTheSameBitsOnAnyNumberOfThreads() throws {
    let rows = (1...1000).map { [Double($0 % 37) / 7, Double($0 % 11) + 0.5] }
    let gammas = try rows.map { try Gamma(shape: $0[0] + 0.1, rate: $0[1]) }
    let others = Array(gammas.reversed())
    #expect(
      try forwardKL(target: gammas, model: others, threads: 1)
        == forwardKL(target: gammas, model: others, threads: 3))
    #expect(
      try crossEntropy(target: [gammas[0]], model: others, threads: 1)
        == crossEntropy(target: [gammas[0]], model: others, threads: 3))
    #expect(try entropy(of: gammas, threads: 1) == entropy(of: gammas, threads: 3))
    #expect(try entropy(of: gammas, threads: 3) == gammas.map(\.entropy))
    // Every 37th row has a shape of 0, which is none.
    let family = try #require(NamedFamily.all.first { $0.name == "gamma" })
    let one = try family.evaluate(targets: rows, models: rows.reversed(), threads: 1)
    let three = try family.evaluate(targets: rows, models: rows.reversed(), threads: 3)
    #expect(one.invalidCount == three.invalidCount && one.invalidCount > 27)
    #expect(one.invalidRows == three.invalidRows)
    for (left, right) in zip(one.forwardKL + one.crossEntropy, three.forwardKL + three.crossEntropy)
    {
      #expect(left == right || left.isNaN && right.isNaN)
    }
  }

  @Test func fitsToDensitiesAreTheSameBitsOnAnyNumberOfThreads() throws {
    let samples = Matrix<Double>(
      (0..<600).map { Double($0 * 7919 % 613) / 200 - 1.5 }, rows: 300, columns: 2)
    let posterior = try BayesianLogisticRegression(
      features: samples, labels: (0..<300).map { $0 % 3 == 0 ? 1 : 0 })
    let one = try fitGaussian(to: posterior, threads: 1)
    let three = try fitGaussian(to: posterior, threads: 3)
    #expect(one.gaussian == three.gaussian && one.logWeights == three.logWeights)
    var inference = ForwardInference()
    inference.drawsPerRound = 1000
    inference.finalDraws = 2000
    inference.threads = 1
    let forward = try inference.fit(posterior, proposal: one.gaussian)
    inference.threads = 3
    #expect(try inference.fit(posterior, proposal: one.gaussian).normal == forward.normal)
  }
}
