import Kullback
import KullbackTestSupport
import Testing

/// Perplexities against NumPy's, and what becomes of parts and of rows that do not count.
@Suite struct PerplexityTests {
  private func comparison(_ a: [Double], _ b: [Double]) -> PerplexityComparison {
    var result = PerplexityComparison()
    result.add(target: a, model: b)
    return result
  }

  private func expect(
    _ estimate: Estimate, _ expected: [Double], within bound: Double, _ name: String
  ) {
    #expect(
      abs(estimate.value - expected[0]) <= bound * max(1, abs(expected[0])),
      "\(name): \(estimate.value), \(expected[0])")
    // Where sides are alike the covariance matrix that NumPy multiplies with cancels.
    #expect(
      abs(estimate.standardError - expected[1]) <= 20 * bound * max(1, abs(expected[1])),
      "error of \(name): \(estimate.standardError), \(expected[1])")
  }

  @Test(arguments: StatisticsGolden.table.perplexities.indices)
  func agreesWithNumPy(index: Int) {
    let golden = StatisticsGolden.table.perplexities[index]
    let found = comparison(golden.a, golden.b)
    #expect(found.count == golden.a.count && found.invalid == 0 && found.infinite == 0)
    let expected = golden.expected
    let bound = 1e-12
    expect(found.target, expected.target, within: bound, "target")
    expect(found.model, expected.model, within: bound, "model")
    expect(found.logRatio, expected.logRatio, within: bound, "log ratio")
    expect(found.ratio, expected.ratio, within: bound, "ratio")
    expect(found.difference, expected.difference, within: bound, "difference")
    expect(
      found.rootMeanSquareChange, expected.rootMeanSquareChange, within: bound, "mean square")
    #expect(abs(found.correlation - expected.correlation) < bound)
    #expect(abs(found.change.mean - expected.change[0]) < bound)
    #expect(abs(found.change.standardError - expected.change[1]) < bound)
    let quantiles = found.change.quantiles(at: [
      0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99,
    ])
    for (value, exact) in zip(quantiles, expected.quantiles) { #expect(abs(value - exact) < bound) }
  }

  @Test(arguments: StatisticsGolden.table.perplexities.indices)
  func clusteredErrorsAgreeWithStatsmodels(index: Int) throws {
    let golden = StatisticsGolden.table.perplexities[index]
    let expected = try #require(golden.clustered)
    var found = PerplexityComparison(groups: RowGroups(labels: golden.groups))
    found.add(target: golden.a, model: golden.b)
    let plain = comparison(golden.a, golden.b)
    #expect(found.groupCount == Set(golden.groups).count && plain.groupCount == nil)
    for (estimate, other, exact) in [
      (found.target, plain.target, expected.target), (found.model, plain.model, expected.model),
      (found.logRatio, plain.logRatio, expected.logRatio),
      (found.ratio, plain.ratio, expected.ratio),
      (found.difference, plain.difference, expected.difference),
      (found.meanChange, plain.meanChange, expected.change),
      (found.rootMeanSquareChange, plain.rootMeanSquareChange, expected.rootMeanSquareChange),
    ] {
      let error = try #require(estimate.clusteredError)
      #expect(relativeError(error, exact) < 1e-9, "\(error), \(exact)")
      #expect(estimate.value == other.value && estimate.standardError == other.standardError)
      #expect(other.clusteredError == nil && estimate.error == error)
    }
  }

  /// The errors of sides that differ by 1e-12 are those of the differences themselves.
  @Test func errorsOfNearlyEqualSidesKeepTheirDigits() {
    let golden = StatisticsGolden.table.perplexities[0]
    let steps = golden.a.indices.map { Double(($0 &* 7919) % 101 - 50) * 0x1p-46 }
    let b = zip(golden.a, steps).map { $0 + $1 }
    let differences = zip(b, golden.a).map { $0 - $1 }
    let exact = Summary(differences)
    let found = comparison(golden.a, b)
    #expect(relativeError(found.logRatio.value, exact.mean) < 1e-12)
    #expect(relativeError(found.logRatio.standardError, exact.standardError) < 1e-12)
    #expect(relativeError(found.ratio.standardError, exact.standardError) < 1e-9)
    // The perplexities' difference is p mean d, and its error p times that of d up to what p's own rounding makes.
    let p = found.target.value
    #expect(relativeError(found.difference.value, p * exact.mean) < 1e-9)
    #expect(relativeError(found.difference.standardError, p * exact.standardError) < 0.2)
    #expect(found.correlation <= 1 && found.correlation > 1 - 1e-12)
  }

  @Test func equalSidesDifferByNothing() {
    let a = StatisticsGolden.table.perplexities[0].a
    let found = comparison(a, a)
    #expect(found.logRatio == Estimate(value: 0, standardError: 0))
    #expect(found.meanChange == Estimate(value: 0, standardError: 0))
    #expect(found.ratio == Estimate(value: 1, standardError: 0))
    #expect(found.difference == Estimate(value: 0, standardError: 0))
    #expect(found.rootMeanSquareChange == Estimate(value: 0, standardError: 0))
    #expect(found.correlation == 1 && found.target == found.model)
  }

  @Test(arguments: [0, 1, 100, 239, 240])
  func partsAddUpToTheWhole(cut: Int) {
    let golden = StatisticsGolden.table.perplexities[0]
    let whole = comparison(golden.a, golden.b)
    var second = PerplexityComparison()
    second.add(target: Array(golden.a[cut...]), model: Array(golden.b[cut...]), firstRow: cut)
    let sum = comparison(Array(golden.a[..<cut]), Array(golden.b[..<cut])) + second
    #expect(sum.count == whole.count)
    #expect(sum.target == whole.target && sum.model == whole.model)
    #expect(sum.logRatio == whole.logRatio && sum.difference == whole.difference)
    #expect(sum.correlation == whole.correlation)
    #expect(sum.rootMeanSquareChange == whole.rootMeanSquareChange)
    #expect(sum.change.quantiles == whole.change.quantiles)
    #expect(sum.change.maxRow == whole.change.maxRow)
  }

  @Test func rowsThatDoNotCountAreCountedAndLeftOut() {
    let found = comparison(
      [1, .nan, 2, .infinity, 3, 4], [1.5, 1, .nan, 1, .infinity, 3])
    #expect(found.count == 2 && found.invalid == 2 && found.infinite == 2)
    let alone = comparison([1, 4], [1.5, 3])
    #expect(found.target == alone.target && found.logRatio == alone.logRatio)
    let sum = found + comparison([.nan], [.infinity])
    #expect(sum.count == 2 && sum.invalid == 3 && sum.infinite == 2)
  }

  @Test func noRowsAndOneRowHaveNoErrors() {
    #expect(comparison([], []).target.value.isNaN)
    let one = comparison([1], [2])
    #expect(one.ratio.standardError.isNaN && one.logRatio.value == 1)
    #expect(one.correlation.isNaN)
  }

  /// A class that has lost its mass to the last digit is a change, not NaN.
  @Test func surprisesThatNoProbabilityHoldsChangeIt() {
    let found = comparison([800, 0, 0.5], [0, 800, 900])
    #expect(found.change.max == 1 && found.change.min == -1)
  }
}
