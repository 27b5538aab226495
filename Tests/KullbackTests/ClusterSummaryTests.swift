import Kullback
import Testing

@Suite struct ClusterSummaryTests {
  @Test func clustersAreDescribedByTheirRows() throws {
    let rows: [[Double]] = [
      [8, 1, 1], [7, 2, 1], [1, 1, 8], [.nan, 1, 1], [9, 1, 1], [1, 2, 7],
    ]
    let set = try DistributionSet(weights: Matrix(rows))
    let clustering = try set.clusters(into: 2)
    let summaries = clustering.summaries(typical: 2)
    #expect(summaries.map(\.cluster) == [0, 1])
    #expect(summaries.map(\.size).sorted() == [2, 3])
    #expect(summaries.map(\.size) == clustering.sizes)
    for summary in summaries {
      let members = rows.indices.filter { clustering.assignments[$0] == summary.cluster }
      let sorted = members.sorted {
        (clustering.divergences[$0], $0) < (clustering.divergences[$1], $1)
      }
      let values = sorted.map { clustering.divergences[$0] }
      #expect(summary.typical == Array(sorted.prefix(2)))
      #expect(summary.radius == values.last)
      #expect(abs(summary.mean - values.reduce(0, +) / Double(values.count)) <= 1e-15)
    }
    #expect(!summaries.contains { $0.typical.contains(3) })
  }

  @Test func aClusterWithoutRowsHasNoMean() throws {
    let set = try DistributionSet(weights: Matrix([[1.0, 1], [1, 1], [1, 1]]))
    let summaries = try set.clusters(into: 2).summaries()
    let empty = try #require(summaries.first { $0.size == 0 })
    #expect(empty.mean.isNaN && empty.radius.isNaN && empty.typical.isEmpty)
  }
}
