import Kullback
import Testing

@Suite struct SummaryTests {
  /// Values over many orders of magnitude, the same in every run.
  static func values(_ count: Int) -> [Double] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Double(state >> 11) * 0x1p-53
      return unit * unit * unit * unit * 1000
    }
  }

  @Test func noRowsHaveNoMean() {
    let summary = Summary([])
    #expect(summary.count == 0)
    #expect(summary.mean.isNaN)
    #expect(summary.min.isNaN && summary.max.isNaN)
    #expect(summary.maxRow == nil)
    #expect(summary.quantiles.allSatisfy { $0.isNaN })
  }

  @Test func invalidRowsDoNotCountInTheMean() {
    let summary = Summary([1, .nan, 3, .nan])
    #expect(summary.count == 2)
    #expect(summary.invalid == 2)
    #expect(summary.mean == 2)
    #expect(summary.variance == 2)
    #expect(summary.standardError == 1)
    #expect(summary.maxRow == 2)
  }

  @Test func infiniteValuesCountEverywhere() {
    let summary = Summary([1, .infinity, 2, .infinity])
    #expect(summary.count == 4)
    #expect(summary.infinite == 2)
    #expect(summary.mean == .infinity)
    #expect(summary.standardDeviation.isNaN)
    #expect(summary.max == .infinity)
    #expect(summary.maxRow == 1)
    #expect(summary.quantiles(at: [0, 1]) == [1, .infinity])
    let merged = Summary([1]) + Summary([.infinity, 2], firstRow: 1)
    #expect(merged.mean == .infinity)
    #expect(merged.maxRow == 1)
  }

  @Test func quantilesInterpolateBetweenNeighbours() {
    // numpy.quantile([10, 0, 20, 30], [0, .1, .5, .75, 1])
    let quantiles = Summary([10, 0, 20, 30]).quantiles(at: [0, 0.1, 0.5, 0.75, 1])
    #expect(quantiles[0] == 0 && quantiles[2] == 15 && quantiles[3] == 22.5 && quantiles[4] == 30)
    #expect(abs(quantiles[1] - 3) < 1e-14)
  }

  @Test(arguments: [1, 7, 100, 999])
  func partsAddUpToTheWhole(cut: Int) {
    let values = Self.values(1000)
    let whole = Summary(values)
    let left = Summary(Array(values[..<cut]))
    let right = Summary(Array(values[cut...]), firstRow: cut)
    for sum in [left + right, right + left] {
      #expect(sum.count == whole.count)
      #expect(sum.mean == whole.mean)
      #expect(sum.variance == whole.variance)
      #expect(sum.min == whole.min && sum.max == whole.max && sum.maxRow == whole.maxRow)
      #expect(sum.quantiles == whole.quantiles)
    }
  }

  @Test func varianceSurvivesALargeOffset() {
    let summary = Summary([1e9, 1e9 + 1, 1e9 + 2])
    #expect(summary.variance == 1)
  }

  @Test func sketchedQuantilesKeepTheirErrorBound() {
    let values = Self.values(20_000)
    let exact = Summary(values)
    let sketched = Summary(values, exactLimit: 100)
    #expect(exact.quantilesAreExact && !sketched.quantilesAreExact)
    for (a, b) in zip(exact.quantiles, sketched.quantiles) {
      #expect(abs(a - b) <= 5e-4 * a * (1 + 1e-9))
    }
    #expect(sketched.mean == exact.mean)
    let parts =
      Summary(Array(values[..<50]), exactLimit: 100)
      + Summary(Array(values[50...]), firstRow: 50, exactLimit: 100)
    #expect(parts.quantiles == sketched.quantiles)
  }

  @Test func sketchedQuantilesOfFewRowsKeepTheirErrorBound() {
    // Neighbouring probabilities share ranks here.
    let values: [Double] = [1, 2, 4, 8, 1000]
    for (a, b) in zip(Summary(values).quantiles, Summary(values, exactLimit: 1).quantiles) {
      #expect(abs(a - b) <= 5e-4 * a * (1 + 1e-9))
    }
  }

  @Test func aSummaryPrintsMeanAndError() {
    #expect(
      "\(Summary([1, 2, 3, 6, .nan]))"
        == "mean 3 ± 1.1 over 4 rows, median 2.5, largest 6 at row 3, 1 not valid")
    #expect("\(Summary([0.5]))" == "mean 0.5 over 1 row, median 0.5, largest 0.5 at row 0")
    #expect(
      "\(Summary([1, .infinity]))"
        == "mean inf over 2 rows, median inf, largest inf at row 1, 1 infinite")
    #expect("\(Summary([]))" == "no valid rows")
    #expect("\(Summary([.nan, .nan]))" == "no valid rows, 2 not valid")
  }
}
