import Kullback
import KullbackTestSupport
import Testing

/// Errors where rows of a group may depend on each other, and the intervals of quantiles.
@Suite struct GroupTests {
  private let golden = StatisticsGolden.table.comparison

  private func stream(_ values: [Double], _ groups: RowGroups?, firstRow: Int = 0)
    -> EvaluationStream
  {
    var stream = EvaluationStream(measures: [.crossEntropy], firstRow: firstRow, groups: groups)
    stream.add(values: [values])
    return stream
  }

  /// The definition, in the plainest way.
  private func error(_ values: [Double], _ groups: [Int]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    var sums: [Int: Double] = [:]
    for (value, group) in zip(values, groups) { sums[group, default: 0] += value - mean }
    let count = Double(sums.count)
    let squares = sums.values.reduce(0) { $0 + $1 * $1 }
    return (count / (count - 1) * squares).squareRoot() / Double(values.count)
  }

  @Test func everyMeasureOfAStreamHasAClusteredError() throws {
    let labels = golden.groups.map { "document \($0)" }
    for values in golden.models {
      let found = stream(values, RowGroups(labels: labels))
      let clustered = try #require(found.clusteredError(of: .crossEntropy))
      #expect(relativeError(clustered, error(values, golden.groups)) < 1e-12)
      #expect(found.groupCount(of: .crossEntropy) == 150)
    }
    let plain = stream(golden.models[0], nil)
    #expect(plain.clusteredError(of: .crossEntropy) == nil)
    #expect(plain.groupCount(of: .crossEntropy) == nil)
  }

  @Test func groupsOfOneRowGiveThePlainError() throws {
    let found = stream(golden.models[0], try RowGroups(blocksOf: 1))
    let clustered = try #require(found.clusteredError(of: .crossEntropy))
    let plain = found.summary(of: .crossEntropy).standardError
    #expect(relativeError(clustered, plain) < 1e-12)
  }

  /// Blocks are counted from row 0, wherever a stream begins, and a part's last block goes on in the next part.
  @Test(arguments: [1, 3, 7, 64, 1000])
  func blocksAreThoseOfTheFile(size: Int) throws {
    let values = golden.models[0]
    let groups = values.indices.map { (5 + $0) / size }
    var found = EvaluationStream(
      measures: [.crossEntropy], firstRow: 5, groups: try RowGroups(blocksOf: size))
    found.add(values: [Array(values[..<100])])
    found.add(values: [Array(values[100...])])
    let clustered = try #require(found.clusteredError(of: .crossEntropy))
    #expect(found.groupCount(of: .crossEntropy) == Set(groups).count)
    if Set(groups).count == 1 {
      #expect(clustered.isNaN)
    } else {
      #expect(relativeError(clustered, error(values, groups)) < 1e-12)
    }
  }

  @Test func rowsThatDoNotCountAreInNoGroup() throws {
    var values = golden.models[0]
    for row in stride(from: 0, to: values.count, by: 3) { values[row] = .nan }
    let rows = values.indices.filter { !values[$0].isNaN }
    let clustered = try #require(
      stream(values, RowGroups(labels: golden.groups)).clusteredError(of: .crossEntropy))
    let exact = error(rows.map { values[$0] }, rows.map { golden.groups[$0] })
    #expect(relativeError(clustered, exact) < 1e-12)
    values[1] = .infinity
    let infinite = stream(values, RowGroups(labels: golden.groups))
    #expect(infinite.clusteredError(of: .crossEntropy)?.isNaN == true)
  }

  /// Far from 0 the deviations have no digits of the values' own.
  @Test func valuesNearEachOtherKeepTheirDigits() throws {
    let steps = golden.models[0].map { ($0 * 64).rounded() * 0x1p-40 }
    let far = try #require(
      stream(steps.map { 1024 + $0 }, RowGroups(labels: golden.groups))
        .clusteredError(of: .crossEntropy))
    #expect(relativeError(far, error(steps, golden.groups)) < 1e-12)
  }

  @Test func blocksOfNoRowsAreRefused() {
    for size in [0, -1, .min] {
      #expect(throws: KullbackError.invalidBlock(size)) { try RowGroups(blocksOf: size) }
    }
  }

  @Test(arguments: StatisticsGolden.table.intervals.indices)
  func intervalsOfQuantilesAreThoseOfTheBinomial(index: Int) {
    let expected = StatisticsGolden.table.intervals[index]
    // The values are their ranks, in another order.
    let count = expected.count
    let summary = Summary((0..<count).map { Double(($0 &* 7919) % count) })
    guard count.isMultiple(of: 7919) == false else { return }
    let found = summary.quantileIntervals()
    #expect(found.count == Summary.probabilities.count)
    for (interval, ranks) in zip(found, expected.ranks) {
      #expect(interval.lower == (ranks[0] < 0 ? nil : Double(ranks[0])))
      #expect(interval.upper == (ranks[1] < 0 ? nil : Double(ranks[1])))
    }
  }

  @Test func intervalsOfASketchHaveItsError() throws {
    let values = (0..<5000).map { Double(($0 &* 7919) % 5000 + 1) }
    let exact = Summary(values).quantileIntervals()
    let sketched = Summary(values, exactLimit: 100).quantileIntervals()
    for (one, other) in zip(exact, sketched) {
      for (a, b) in [(one.lower, other.lower), (one.upper, other.upper)] {
        #expect((a == nil) == (b == nil))
        if let a, let b { #expect(abs(a - b) <= 5e-4 * a) }
      }
    }
    #expect(Summary([]).quantileIntervals().allSatisfy { $0.lower == nil && $0.upper == nil })
  }

  @Test func moreConfidenceIsWider() {
    let summary = Summary((0..<1000).map { Double($0) })
    for (one, other) in zip(
      summary.quantileIntervals(confidence: 0.5), summary.quantileIntervals(confidence: 0.999))
    {
      #expect((other.lower ?? -1) <= (one.lower ?? -1))
      #expect((one.upper ?? 1000) <= (other.upper ?? 1000))
    }
  }
}
