import Kullback
import KullbackTestSupport
import Testing

@Suite struct PairwiseSummaryTests {
  private func values(_ rows: Int, _ columns: Int, seed: UInt64 = 3) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<rows).map { _ in (0..<columns).map { _ in generator.uniform() } }
  }

  private func summary(
    _ values: [[Double]], bands: Int, leavesOutDiagonal: Bool = false, isSymmetric: Bool = false,
    threads: Int? = nil
  ) throws -> PairwiseSummary {
    var summary = PairwiseSummary(
      of: Shape(rows: values.count, columns: values.first?.count ?? 0),
      leavesOutDiagonal: leavesOutDiagonal, isSymmetric: isSymmetric, listed: 4)
    for start in stride(from: 0, to: values.count, by: bands) {
      let rows = start..<min(values.count, start + bands)
      try summary.add(Matrix(Array(values[rows])), targets: rows, threads: threads)
    }
    return summary
  }

  @Test(arguments: [1, 3, 100], [false, true])
  func everythingIsThatOfPlainLoops(bands: Int, leavesOutDiagonal: Bool) throws {
    var values = values(40, 40)
    (values[3][5], values[7][7], values[9][1]) = (.infinity, .nan, .nan)
    values[20] = [Double](repeating: .nan, count: 40)
    let found = try summary(values, bands: bands, leavesOutDiagonal: leavesOutDiagonal)
    let entries = values.indices.flatMap { i in
      values[i].indices.filter { !leavesOutDiagonal || $0 != i }.map { j in
        PairwiseEntry(target: i, model: j, value: values[i][j])
      }
    }
    let valid = entries.filter { !$0.value.isNaN }
    #expect(found.count == valid.count)
    #expect(found.invalid == entries.count - valid.count)
    #expect(found.infinite == 1)
    #expect(found.mean == .infinity && found.max == .infinity)
    #expect(found.min == valid.map(\.value).min())
    let finite = valid.filter(\.value.isFinite).sorted { $0.value < $1.value }
    #expect(found.nearest == Array(finite.prefix(4)))
    #expect(found.farthest == Array(finite.reversed().prefix(4)))
    #expect(!found.isSampled)
    #expect(found.quantiles == Summary(valid.map(\.value)).quantiles)
  }

  @Test func theMeanIsThatOfAllPairs() throws {
    let values = values(30, 70)
    let expected = values.joined().reduce(0, +) / 2100
    let found = try summary(values, bands: 7)
    #expect(abs(found.mean - expected) <= 1e-14)
    #expect(found.max == values.joined().max())
  }

  @Test func bandsAndThreadsChangeNothing() throws {
    let values = values(900, 80)
    let one = try summary(values, bands: 900, threads: 1)
    for (bands, threads) in [(900, 2), (1, 1), (123, 3)] {
      let other = try summary(values, bands: bands, threads: threads)
      #expect(other.mean == one.mean || abs(other.mean - one.mean) < 1e-15)
      #expect(other.nearest == one.nearest && other.farthest == one.farthest)
      #expect(other.quantiles == one.quantiles)
    }
  }

  @Test func aSymmetricPairIsListedOnce() throws {
    let points = [0.0, 1, 3, 7, 15]
    let values = points.map { a in points.map { abs(a - $0) } }
    let found = try summary(values, bands: 2, leavesOutDiagonal: true, isSymmetric: true)
    #expect(found.nearest.map { [$0.target, $0.model] } == [[0, 1], [1, 2], [0, 2], [2, 3]])
    #expect(found.count == 20)
  }

  @Test func equalPairsStandInTheOrderOfTheirRows() throws {
    let values = [[Double]](repeating: [1, 1, 1], count: 3)
    let found = try summary(values, bands: 1, leavesOutDiagonal: true)
    #expect(found.nearest.map { [$0.target, $0.model] } == [[0, 1], [0, 2], [1, 0], [1, 2]])
    #expect(found.farthest == found.nearest)
  }

  @Test func floatsAreTakenToo() throws {
    let values: [[Float]] = [[1, 2], [.nan, 0.5]]
    var summary = PairwiseSummary(of: Shape(rows: 2, columns: 2))
    try summary.add(Matrix(values), targets: 0..<2)
    #expect(summary.count == 3 && summary.invalid == 1)
    #expect((summary.min, summary.max) == (0.5, 2))
  }

  @Test func noPairsHaveNoValues() {
    let summary = PairwiseSummary(of: Shape(rows: 0, columns: 5))
    #expect(summary.count == 0 && summary.mean.isNaN && summary.min.isNaN && summary.max.isNaN)
    #expect(summary.quantiles.allSatisfy { $0.isNaN })
    #expect(summary.nearest.isEmpty)
  }

  // One value in two is kept: always from the same columns, and all would be alike.
  @Test func quantilesOfManyPairsComeFromAnEvenSample() throws {
    let (rows, columns) = (1100, 1000)
    var summary = PairwiseSummary(of: Shape(rows: rows, columns: columns))
    let row = Matrix([(0..<columns).map { Double($0 % 2) }])
    for target in 0..<rows { try summary.add(row, targets: target..<target + 1, threads: 1) }
    #expect(summary.isSampled)
    #expect(summary.count == rows * columns)
    #expect(summary.mean == 0.5)
    for (share, quantile) in zip(Summary.probabilities, summary.quantiles) where share != 0.5 {
      #expect(quantile == (share < 0.5 ? 0 : 1))
    }
  }
}

@Suite struct PairwiseMeansTests {
  @Test func aSmallMatrixStaysAsItIs() {
    let values: [[Double]] = [[1, .infinity, 3], [4, .nan, 6]]
    var means = PairwiseMeans(of: Shape(rows: 2, columns: 3), limit: 3)
    for row in 0..<2 { means.add(Matrix([values[row]]), targets: row..<row + 1) }
    let found = means.means()
    #expect(means.block == Shape(rows: 1, columns: 1))
    #expect(found.values.row(0) == [1, .infinity, 3])
    #expect(found.values[1, 0] == 4 && found.values[1, 1].isNaN && found.values[1, 2] == 6)
    #expect(found.leftOut == 0)
  }

  @Test func blocksHaveTheMeansOfTheirFiniteValues() {
    let values: [[Float]] = [
      [1, 2, 10, 20, 5], [3, 6, 30, .infinity, 7], [.nan, .nan, .infinity, .infinity, 9],
    ]
    var means = PairwiseMeans(of: Shape(rows: 3, columns: 5), limit: 3)
    means.add(Matrix(Array(values[..<1])), targets: 0..<1)
    means.add(Matrix(Array(values[1...])), targets: 1..<3)
    let found = means.means()
    #expect(means.block == Shape(rows: 1, columns: 2))
    #expect(found.values.row(0) == [1.5, 15, 5])
    #expect(found.values.row(1) == [4.5, 30, 7])
    #expect(found.values[2, 0].isNaN && found.values[2, 1] == .infinity && found.values[2, 2] == 9)
    #expect(found.leftOut == 1)
  }

  @Test func rowsAreTakenTogetherToo() {
    var means = PairwiseMeans(of: Shape(rows: 5, columns: 1), limit: 2)
    means.add(Matrix([[1.0], [2], [6], [7], [9]]), targets: 0..<5)
    #expect(means.block.rows == 3)
    #expect(means.means().values.values == [3, 8])
  }
}
