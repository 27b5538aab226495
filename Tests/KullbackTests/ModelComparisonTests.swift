import Kullback
import KullbackTestSupport
import Testing

/// Differences of models over the same rows, against NumPy, statsmodels and a bootstrap.
@Suite struct ModelComparisonTests {
  private let golden = StatisticsGolden.table.comparison

  private func comparison(
    _ columns: [[Double]], prefersLarge: Bool = false, groups: RowGroups? = nil
  ) -> ModelComparison {
    var result = ModelComparison(models: columns.count, prefersLarge: prefersLarge, groups: groups)
    result.add(columns)
    return result
  }

  private var whole: ModelComparison {
    comparison(golden.models, groups: RowGroups(labels: golden.groups))
  }

  @Test func differencesAgreeWithStatsmodelsAndTheBootstrap() throws {
    for pair in golden.pairs {
      let found = whole.difference(pair.first, pair.second)
      #expect(relativeError(found.estimate.value, pair.mean) < 1e-10)
      #expect(relativeError(found.estimate.standardError, pair.standardError) < 1e-10)
      let clustered = try #require(found.estimate.clusteredError)
      #expect(relativeError(clustered, pair.clusteredError) < 1e-10)
      // 10,000 resamples tell an error to 0.7 %.
      #expect(relativeError(clustered, pair.bootstrapError) < 0.03)
      #expect(abs(found.nearer - pair.nearer) < 1e-12)
      #expect(abs(found.farther - pair.farther) < 1e-12)
      #expect(found.infinite == 0)
      #expect(found.isTold == (abs(pair.mean) >= 1.96 * pair.clusteredError))
    }
  }

  @Test func theOtherWayRoundSignsAndSharesTurn() {
    for pair in golden.pairs {
      let there = whole.difference(pair.first, pair.second)
      let back = whole.difference(pair.second, pair.first)
      #expect(back.estimate.value == -there.estimate.value)
      #expect(back.estimate.clusteredError == there.estimate.clusteredError)
      #expect(back.nearer == there.farther && back.farther == there.nearer)
    }
  }

  @Test func aFiniteMeanIsNearerThanAnInfiniteOne() {
    let found = comparison([[.infinity, 1, 1.1, 0.9], [1, 1.01, 1, 1], [.infinity, 2, 2.1, 2.2]])
    #expect(found.difference(0, 1).isTold && found.difference(1, 0).isTold)
    #expect(found.difference(0, 1).isInfinite && !found.difference(0, 2).isInfinite)
    let nothing = comparison([[.infinity, .infinity], [1, 2]])
    #expect(nothing.difference(0, 1).isTold)
  }

  @Test func modelsAreRankedByTheirMeans() {
    #expect(whole.ranking == [0, 1, 2])
    #expect(comparison([[3, 3], [1, 2], [1, 2], [0, 9]]).ranking == [1, 2, 0, 3])
    let agreement = comparison([[0, 1], [1, 1], [0, 0]], prefersLarge: true)
    #expect(agreement.ranking == [1, 0, 2])
    let difference = agreement.difference(0, 1)
    #expect(
      difference.estimate.value == -0.5 && difference.nearer == 0 && difference.farther == 0.5)
    #expect(agreement.difference(1, 0).nearer == 0.5)
  }

  @Test func rowsWithoutAValueForOneModelCountForNone() {
    let found = comparison([[1, .nan, 3], [2, 2, 5]])
    #expect(found.count == 2 && found.invalid == 1)
    #expect(found.mean(of: 1).value == 3.5 && found.summary(of: 0).mean == 2)
    #expect(found.difference(1, 0).estimate.value == 1.5)
  }

  @Test func infiniteRowsAreComparedButNotSubtracted() {
    let found = comparison([[1, .infinity, .infinity, 2], [2, .infinity, 1, 4]])
    let difference = found.difference(0, 1)
    #expect(difference.infinite == 2 && difference.estimate.value == -1.5)
    #expect(difference.nearer == 0.5 && difference.farther == 0.25)
    #expect(found.mean(of: 0).value == .infinity)
  }

  @Test func modelsThatAreTheSameAreNotToldApart() {
    let found = comparison([golden.models[0], golden.models[0]])
    #expect(!found.difference(0, 1).isTold && found.difference(0, 1).nearer == 0)
    #expect(comparison([[1, 1], [2, 2]]).difference(0, 1).isTold)
    #expect(!comparison([[1], [2]]).difference(0, 1).isTold)
  }

  @Test(arguments: [0, 1, 100, 400])
  func partsAddUpToTheWhole(cut: Int) {
    let groups = RowGroups(labels: golden.groups)
    var (first, second) = (
      ModelComparison(models: 3, groups: groups), ModelComparison(models: 3, groups: groups)
    )
    first.add(golden.models.map { Array($0[..<cut]) })
    second.add(golden.models.map { Array($0[cut...]) }, firstRow: cut)
    let sum = first + second
    #expect(sum.count == whole.count && sum.groupCount == 150)
    for pair in golden.pairs {
      let (a, b) = (
        sum.difference(pair.first, pair.second), whole.difference(pair.first, pair.second)
      )
      #expect(a.nearer == b.nearer && a.estimate.value == b.estimate.value)
      #expect(relativeError(a.estimate.error, b.estimate.error) < 1e-14)
    }
    for model in 0..<3 { #expect(sum.mean(of: model).value == whole.mean(of: model).value) }
  }
}
