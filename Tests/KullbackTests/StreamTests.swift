import Kullback
import Testing

@Suite struct StreamTests {
  let p: DistributionSet
  let q: DistributionSet

  init() throws {
    p = try DistributionSet(logits: logits(500, 9, seed: 1))
    q = try DistributionSet(logits: logits(500, 9, seed: 2))
  }

  @Test(arguments: [1, 2, 3, 8])
  func threadsDoNotChangeABit(threads: Int) throws {
    let one = try evaluate(target: p, model: q, measures: Measure.all, threads: 1)
    let many = try evaluate(target: p, model: q, measures: Measure.all, threads: threads)
    for measure in Measure.all { #expect(one[measure] == many[measure], "\(measure.name)") }
  }

  @Test(arguments: [1, 16, 499, 1000])
  func blocksGiveWhatTheWholeGives(size: Int) throws {
    let whole = try evaluate(target: p, model: q)
    var stream = EvaluationStream()
    var values: [Double] = []
    for from in stride(from: 0, to: 500, by: size) {
      let rows = from..<min(500, from + size)
      let block = try stream.add(target: p[rows], model: q[rows])
      #expect(block.firstRow == from)
      values += block[.forwardKL]
    }
    #expect(values == whole[.forwardKL])
    #expect(stream.rows == 500)
    let (a, b) = (stream.summary(of: .forwardKL), whole.summary(of: .forwardKL))
    #expect(a.mean == b.mean && a.variance == b.variance && a.quantiles == b.quantiles)
    #expect(a.maxRow == b.maxRow)
  }

  @Test func anAsynchronousSourceGivesWhatTheWholeGives() async throws {
    let (p, q) = (self.p, self.q)
    let blocks = AsyncStream<(target: DistributionSet, model: DistributionSet)> { source in
      for from in stride(from: 0, to: 500, by: 100) {
        source.yield((p[from..<from + 100], q[from..<from + 100]))
      }
      source.finish()
    }
    var rows = 0
    let stream = try await evaluate(blocks: blocks) { rows += $0.rows }
    #expect(rows == 500)
    let whole = try evaluate(target: p, model: q)
    #expect(stream.summary(of: .reverseKL).mean == whole.summary(of: .reverseKL).mean)
  }

  @Test func invalidRowsOfABlockKeepTheirNumberInTheWhole() throws {
    let good = try DistributionSet(weights: Matrix<Double>([[1, 1], [1, 2]]))
    let bad = try DistributionSet(weights: Matrix<Double>([[1, 1], [0, 0]]))
    var stream = EvaluationStream()
    try stream.add(target: good, model: good)
    try stream.add(target: good, model: bad)
    let expected = [InvalidRow(row: 3, side: .model, reason: .noMass)]
    #expect(stream.diagnostics.invalidRows == expected)
  }

  @Test func progressEndsWithAllRows() throws {
    var calls: [(Int, Int)] = []
    _ = try evaluate(target: p, model: q, progress: { calls.append(($0, $1)) })
    #expect(calls.last?.0 == 500 && calls.last?.1 == 500)
  }

  @Test func aCancelledTaskStops() async {
    let (p, q) = (self.p, self.q)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try evaluate(target: p, model: q).rows
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
