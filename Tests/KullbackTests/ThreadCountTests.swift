import Kullback
import Testing

@Suite struct ThreadCountTests {
  private let logits = Matrix<Float>([[0, 1, 2], [3, 1, 0], [1, 1, 1]])

  @Test(arguments: [0, -1, Int.min])
  func noThreadsAreAnErrorWhereverSomethingIsEvaluated(threads: Int) async throws {
    let p = try DistributionSet(logits: logits)
    let refusal = KullbackError.invalidThreads(threads)
    #expect(throws: refusal) { try evaluate(target: p, model: p, threads: threads) }
    #expect(throws: refusal) { try evaluateEntropy(of: p, threads: threads) }
    #expect(throws: refusal) { try evaluate(labels: [0, 1, 2], model: p, threads: threads) }
    #expect(throws: refusal) { try crossEntropy(labels: [0, 1, 2], model: p, threads: threads) }
    #expect(throws: refusal) { try forwardKLGradient(target: p, model: p, threads: threads) }
    #expect(throws: refusal) { try reverseKLGradient(target: p, model: p, threads: threads) }
    #expect(throws: refusal) {
      try crossEntropyGradient(target: p, model: p, as: Double.self, threads: threads)
    }
    #expect(throws: refusal) { try logSoftmax(logits, threads: threads) }
    #expect(throws: refusal) { try softmax(logits, threads: threads) }
    #expect(throws: refusal) { try logSumExp(logits, threads: threads) }
    var written = logits
    #expect(throws: refusal) { try logSoftmax(logits, into: &written, threads: threads) }
    #expect(throws: refusal) { try softmax(inPlace: &written, threads: threads) }
    #expect(written == logits)
    #expect(throws: refusal) { try p.probabilities(as: Float.self, threads: threads) }
    #expect(throws: refusal) { try p.logProbabilities(as: Float.self, threads: threads) }
    #expect(throws: refusal) { try p.inOrder(threads: threads) }
    #expect(throws: refusal) { try pairwise(.forwardKL, of: p, threads: threads) }
    #expect(throws: refusal) { try pairwise(.forwardKL, targets: p, models: p, threads: threads) }
    #expect(throws: refusal) { try p.nearest(1, to: p, threads: threads) }
    #expect(throws: refusal) { try p.neighbours(within: 1, of: p, threads: threads) }
    #expect(throws: refusal) { try p.clusters(into: 2, threads: threads) }
    #expect(throws: refusal) { try ClusteringRun(p, into: 2, threads: threads) }
    #expect(throws: refusal) { try p.assignments(to: Matrix([[0.2, 0.3, 0.5]]), threads: threads) }
    #expect(throws: refusal) { try Machine.measureReadRate(threads: threads) }
    var stream = EvaluationStream(threads: threads)
    #expect(throws: refusal) { try stream.add(target: p, model: p) }
    var summary = PairwiseSummary(of: Shape(rows: 1, columns: 1))
    #expect(throws: refusal) {
      try summary.add(Matrix<Double>([[1]]), targets: 0..<1, threads: threads)
    }
    for measure in Measure.all {
      #expect(throws: refusal) { try measure.values(target: p, model: p, threads: threads) }
    }
  }

  @Test func aRunOfClustersRefusesNoThreadsAndGoesOnWithSome() throws {
    var run = try ClusteringRun(DistributionSet(logits: logits), into: 2)
    run.threads = 0
    #expect(throws: KullbackError.invalidThreads(0)) { try run.step() }
    #expect(throws: KullbackError.invalidThreads(0)) { try run.result() }
    run.threads = 2
    try run.step()
    #expect(run.objectives.count == 1)
  }

  @Test func gradientsAreTheSameBitsOnAnyNumberOfThreads() throws {
    let values = (0..<300 * 70).map { Float(($0 * 7919) % 613) / 100 }
    let p = try DistributionSet(logits: Matrix(values, rows: 300, columns: 70))
    let q = try DistributionSet(logits: Matrix(values.reversed(), rows: 300, columns: 70))
    let one = try reverseKLGradient(target: p, model: q, threads: 1)
    let three = try reverseKLGradient(target: p, model: q, threads: 3)
    #expect(one.values == three.values && one.gradient == three.gradient)
  }
}
