import Kullback
import KullbackTestSupport
import Testing

/// Ranks of labels, and what labels say of a target and a model block by block.
@Suite struct LabelRankTests {
  private let p: DistributionSet
  private let q: DistributionSet
  private let labels: [Int]

  init() throws {
    var random = SeededGenerator(seed: 15)
    let rows = 90
    p = try DistributionSet(
      logits: Matrix(random.normals(rows * 23), rows: rows, columns: 23))
    q = try DistributionSet(
      logits: Matrix(random.normals(rows * 23), rows: rows, columns: 23), temperature: 1.5)
    labels = (0..<rows).map { _ in Int(random.uniform() * 23) }
  }

  @Test func ranksCountLargerClassesAndEarlierEqualOnes() throws {
    let set = try DistributionSet(weights: Matrix<Double>([[1, 5, 5, 9], [2, 2, 2, 2]]))
    #expect(try ranks(ofLabels: [2, 3], in: set) == [3, 4])
    #expect(try ranks(ofLabels: [1, 0], in: set) == [2, 1])
  }

  @Test func rowsThatAreNotValidHaveNoRank() throws {
    let set = try DistributionSet(logits: Matrix<Double>([[1, .nan], [1, 2], [1, 2]]))
    let found = try ranks(ofLabels: [0, 2, 0], in: set)
    #expect(found[0].isNaN && found[1].isNaN && found[2] == 2)
    #expect(throws: KullbackError.labelCount(labels: 1, rows: 3)) {
      try ranks(ofLabels: [0], in: set)
    }
  }

  @Test func aSingleRowRanksEveryLabel() throws {
    let set = try DistributionSet(weights: Matrix<Double>([[1, 5, 5, 9]]))
    #expect(try ranks(ofLabels: [0, 1, 2, 3, 3], in: set) == [4, 2, 3, 1, 1])
  }

  @Test(arguments: [1, 7, 90])
  func blocksGiveWhatLossesAndRanksGive(size: Int) throws {
    var found = LabelComparison()
    for from in stride(from: 0, to: labels.count, by: size) {
      let rows = from..<min(labels.count, from + size)
      try found.add(
        labels: Array(labels[rows]), target: p[rows], model: q[rows], firstRow: from)
    }
    var expected = PerplexityComparison()
    expected.add(
      target: try crossEntropy(labels: labels, model: p),
      model: try crossEntropy(labels: labels, model: q))
    #expect(found.perplexity.target == expected.target)
    #expect(found.perplexity.logRatio == expected.logRatio)
    #expect(found.perplexity.change.maxRow == expected.change.maxRow)
    for (summary, set) in [(found.targetRanks, p), (found.modelRanks, q)] {
      let ranks = try ranks(ofLabels: labels, in: set)
      for (limit, share) in zip([1.0, 5, 10], summary.shares) {
        let exact = Double(ranks.count { $0 <= limit }) / 90
        #expect(abs(share.value - exact) < 1e-15)
        let error = (exact * (1 - exact) / 89).squareRoot()
        #expect(abs(share.standardError - error) < 1e-14)
      }
      let reciprocal = ranks.reduce(0) { $0 + 1 / $1 } / 90
      #expect(relativeError(summary.meanReciprocalRank.value, reciprocal) < 1e-14)
    }
  }

  @Test func ignoredLabelsAndInvalidRowsCountNowhere() throws {
    var labels = labels
    labels[3] = -100
    labels[7] = 23
    var found = LabelComparison(groups: try RowGroups(blocksOf: 10))
    try found.add(labels: labels, target: p, model: q, ignoring: -100)
    #expect(found.ignored == 1 && found.perplexity.invalid == 1 && found.perplexity.count == 88)
    #expect(found.targetRanks.count == 88 && found.targetRanks.invalid == 1)
    #expect(found.perplexity.groupCount == 9)
    #expect(found.modelRanks.shares[0].clusteredError != nil)
    let twice = found + found
    #expect(twice.ignored == 2 && twice.perplexity.count == 176 && twice.modelRanks.count == 176)
  }

  @Test func aRowThatOneSideDoesNotHaveCountsOnNeither() throws {
    var values = q.matrix.matrix(of: Double.self)?.values ?? []
    values[5 * 23] = .nan
    let broken = try DistributionSet(logits: Matrix(values, rows: 90, columns: 23))
    var found = LabelComparison()
    try found.add(labels: labels, target: p, model: broken)
    #expect(found.targetRanks.count == 89 && found.modelRanks.count == 89)
    #expect(found.perplexity.count == 89)
  }
}
