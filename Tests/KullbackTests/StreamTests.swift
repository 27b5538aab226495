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

  @Test(arguments: [1, 7, 500, 1000])
  func theWorstRowsAreThoseOfTheWhole(size: Int) throws {
    let measures: [Measure] = [.targetEntropy, .reverseKL, .forwardKL]
    let whole = try evaluate(target: p, model: q, measures: measures)
    var stream = EvaluationStream(measures: measures, worstRows: 4, firstRow: 100)
    for from in stride(from: 0, to: 500, by: size) {
      let rows = from..<min(500, from + size)
      try stream.add(target: p[rows], model: q[rows])
    }
    // The first divergence asked for, not the first measure.
    #expect(stream.worstBy == .reverseKL)
    let values = whole[.reverseKL]
    let worst = values.indices.sorted { values[$0] > values[$1] }.prefix(4)
    #expect(stream.worstRows.map(\.row) == worst.map { 100 + $0 })
    #expect(
      stream.worstRows.map(\.values)
        == worst.map { row in measures.map { whole[$0][row] } })
    #expect(stream.summary(of: .reverseKL).maxRow == stream.worstRows[0].row)
  }

  @Test func equalWorstRowsStandInOrderAndInvalidOnesNowhere() {
    var stream = EvaluationStream(
      measures: [.targetEntropy, .forwardKL], worstRows: 3, firstRow: 10)
    stream.add(values: [[0, 0, 0], [1, .nan, 5]])
    stream.add(values: [[7, 8, 9], [5, .infinity, 0]])
    #expect(stream.worstBy == .forwardKL)
    #expect(stream.worstRows.map(\.row) == [14, 12, 13])
    #expect(stream.worstRows.map(\.values) == [[8, .infinity], [0, 5], [7, 5]])
    #expect(stream.summary(of: .forwardKL).invalid == 1)
    #expect(EvaluationStream(measures: []).worstBy == nil)
    #expect(EvaluationStream(measures: [.modelEntropy]).worstBy == .modelEntropy)
  }

  @Test func aStreamSaysEverythingInItsUnit() throws {
    let measures: [Measure] = [.forwardKL, .jensenShannonDistance, .totalVariation]
    let whole = try evaluate(target: p, model: q, measures: measures)
    var stream = EvaluationStream(measures: measures, unit: .bits, worstRows: 1)
    let block = try stream.add(target: p, model: q)
    #expect(whole.unit == .nats && block.unit == .bits)
    for measure in measures {
      let values = whole[measure].map { Unit.bits.value($0, of: measure.dimension) }
      #expect(block[measure] == values)
      #expect(block.summary(of: measure).mean == Summary(values).mean)
      #expect(stream.summary(of: measure).mean == Summary(values).mean)
    }
    let worst = try #require(stream.worstRows.first)
    #expect(worst.values == measures.map { block[$0][worst.row] })
  }

  @Test func entropiesStreamAsTheyAreEvaluated() throws {
    let bad = try DistributionSet(weights: Matrix<Double>([[1, 1], [0, 0]]))
    var stream = EvaluationStream(measures: [.targetEntropy], firstRow: 10)
    #expect(try stream.add(entropiesOf: p)[.targetEntropy] == entropy(of: p))
    try stream.add(entropiesOf: bad)
    #expect(stream.rows == 502 && stream.summary(of: .targetEntropy).count == 501)
    let expected = [InvalidRow(row: 511, side: .target, reason: .noMass)]
    #expect(stream.diagnostics.invalidRows == expected)
  }

  @Test(arguments: [50, 500])
  func labelsStreamAsTheyAreEvaluated(size: Int) throws {
    let labels = (0..<500).map { $0 % 10 - 1 }
    let weights = (1...9).map(Double.init)
    let whole = try evaluate(
      labels: labels, model: q, smoothing: 0.1, ignoring: -1, classWeights: weights)
    var stream = EvaluationStream(measures: [.crossEntropy], unit: .bits)
    var values: [Double] = []
    for from in stride(from: 0, to: 500, by: size) {
      let rows = from..<from + size
      values += try stream.add(
        labels: Array(labels[rows]), model: q[rows], smoothing: 0.1, ignoring: -1,
        classWeights: weights)[.crossEntropy]
    }
    #expect(values == whole.values.map { Unit.bits.value($0, of: .information) })
    #expect(stream.weightedMean == Unit.bits.value(whole.mean, of: .information))
    #expect(stream.rows == 500 && stream.rowsLeftOut == 50)
    let counted = values.indices.filter { labels[$0] != -1 }.map { values[$0] }
    #expect(stream.summary(of: .crossEntropy).count == 450)
    #expect(stream.summary(of: .crossEntropy).mean == Summary(counted).mean)
    #expect(EvaluationStream(measures: [.crossEntropy]).weightedMean.isNaN)
  }

  @Test func aLabelOutOfRangeKeepsItsNumberInTheWhole() throws {
    var stream = EvaluationStream(measures: [.crossEntropy])
    try stream.add(labels: [1, 2], model: p[0..<2])
    try stream.add(labels: [3, 99], model: p[2..<4])
    #expect(stream.diagnostics.invalidRows.map(\.row) == [3])
    #expect(stream.summary(of: .crossEntropy).invalid == 1)
  }

  @Test func labelsWhoseWeightsSumToZeroHaveNoMean() throws {
    var stream = EvaluationStream(measures: [.crossEntropy])
    try stream.add(
      labels: [0, 1], model: q[0..<2], smoothing: 0.1,
      classWeights: [0, 0] + [Double](repeating: 1, count: q.classes - 2))
    #expect(stream.weightedMean.isNaN)
  }

  @Test func rowsLeftOutAreInNoSummaryAndNotAmongTheWorst() {
    var stream = EvaluationStream(measures: [.forwardKL, .reverseKL], worstRows: 5)
    let block = stream.add(values: [[1, 2, 3], [4, 5, 6]], leavingOut: [1])
    stream.add(values: [[8], [9]])
    #expect(block[.reverseKL] == [4, 5, 6])
    #expect(stream.rows == 4 && stream.rowsLeftOut == 1)
    #expect(stream.summary(of: .forwardKL).count == 3 && stream.summary(of: .forwardKL).mean == 4)
    #expect(stream.summary(of: .reverseKL).maxRow == 3)
    #expect(stream.worstRows.map(\.row) == [3, 2, 0])
  }

  @Test func aStreamOfOtherMeasuresTraps() async {
    await #expect(processExitsWith: .failure) {
      var stream = EvaluationStream(measures: [.forwardKL])
      let set = try DistributionSet(weights: Matrix<Double>([[1, 1]]))
      try stream.add(entropiesOf: set)
    }
    await #expect(processExitsWith: .failure) {
      var stream = EvaluationStream()
      let set = try DistributionSet(weights: Matrix<Double>([[1, 1]]))
      try stream.add(labels: [0], model: set)
    }
    await #expect(processExitsWith: .failure) {
      var stream = EvaluationStream(measures: [.forwardKL, .reverseKL])
      stream.add(values: [[1]])
    }
    await #expect(processExitsWith: .failure) {
      var stream = EvaluationStream(measures: [.forwardKL, .reverseKL])
      stream.add(values: [[1, 2], [1]])
    }
  }

  @Test func aStreamReportsTheProgressOfABlock() throws {
    var calls: [(Int, Int)] = []
    var stream = EvaluationStream()
    try stream.add(target: p, model: q) { calls.append(($0, $1)) }
    #expect(calls.last?.0 == 500 && calls.last?.1 == 500)
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
