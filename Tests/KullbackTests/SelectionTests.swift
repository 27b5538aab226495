import Testing

@testable import Kullback

@Suite struct SelectionTests {
  /// Values of one kind, the same in every run.
  enum Kind: CaseIterable {
    case spread, equal, fewDistinct, narrow, signed, withInfinities, zerosOfBothSigns, ascending

    func values(_ count: Int) -> [Double] {
      let spread = SummaryTests.values(count)
      switch self {
      case .spread: return spread
      case .equal: return spread.map { _ in 0.25 }
      case .fewDistinct: return spread.map { ($0 / 300).rounded() }
      case .narrow: return spread.map { 1 + $0 * 0x1p-60 }
      case .signed: return spread.map { $0 - 200 }
      case .withInfinities:
        return spread.map { $0 > 900 ? .infinity : $0 < 1e-9 ? -.infinity : $0 }
      case .zerosOfBothSigns:
        return spread.map { $0 > 500 ? $0 : $0 > 1 ? 0.0 : $0 > 0.01 ? -0.0 : -$0 }
      case .ascending: return spread.sorted()
      }
    }
  }

  @Test(arguments: Kind.allCases, [1, 2, 2047, 2048, 2049, 20_000, 100_000])
  func eachRankHasTheValueThatSortingGivesIt(kind: Kind, count: Int) {
    let values = kind.values(count)
    let sorted = values.sorted()
    let some = [0, 0, 1, count / 1000, count / 10, count / 2, count / 2 + 1, count - 2, count - 1]
    let ranks = some.map { min(max($0, 0), count - 1) }.sorted()
    let found = values.values(atAscendingRanks: ranks)
    // Bits: the zeros too are those that stand there.
    #expect(found.map(\.bitPattern) == ranks.map { sorted[$0].bitPattern })
    #expect(values.values(atAscendingRanks: []).isEmpty)
  }

  @Test func everyRankAtOnceIsSorting() {
    let values = Kind.spread.values(5000)
    #expect(values.values(atAscendingRanks: Array(values.indices)) == values.sorted())
  }

  @Test(arguments: Kind.allCases)
  func blocksOfValuesAreTakenAsOneByOne(kind: Kind) {
    let values = kind.values(3000)
    var (whole, single) = (Summary(values, firstRow: 7), Summary())
    for (row, value) in values.enumerated() { single.add(value, row: 7 + row) }
    whole.add(values, firstRow: 3007)
    for (row, value) in values.enumerated() { single.add(value, row: 3007 + row) }
    #expect(whole.mean.bitPattern == single.mean.bitPattern)
    #expect(whole.variance.bitPattern == single.variance.bitPattern)
    #expect(whole.min.bitPattern == single.min.bitPattern)
    #expect(whole.max.bitPattern == single.max.bitPattern)
    #expect(whole.maxRow == single.maxRow && whole.infinite == single.infinite)
    #expect(whole.count == single.count && whole.held == single.held)
  }
}
