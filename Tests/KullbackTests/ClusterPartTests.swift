import Kullback
import KullbackTestSupport
import Testing

/// One iteration of clustering as values that add up.
@Suite struct ClusterPartTests {
  /// Three kinds of rows, of which some are not valid.
  private static let rows: [[Double]] = (0..<60).map { (row: Int) -> [Double] in
    (0..<7).map { (k: Int) -> Double in
      let noise = (row * 31 + k * 17) % 10
      return row == 13 ? .nan : Double((k + row % 3 * 2) % 7) + Double(noise) / 50
    }
  }

  private static func set(_ rows: Range<Int>, isSparse: Bool = false) throws -> DistributionSet {
    try DistributionSet(
      logits: Matrix(
        Self.rows[rows].map { row in
          row.enumerated().map { isSparse && $0 == 6 ? -.infinity : $1 }
        }))
  }

  @Test(arguments: ClusteringDivergence.allCases, [false, true])
  func stepsOfPartsAreThoseOfTheWhole(divergence: ClusteringDivergence, isSparse: Bool) throws {
    let whole = try Self.set(0..<60, isSparse: isSparse)
    var centroids = try whole[0..<3].probabilities(as: Double.self).values
    for _ in 0..<4 {
      let one = try ClusterPart(of: whole, to: centroids, by: divergence, threads: 2)
      let parts = try [0..<5, 5..<6, 6..<40, 40..<60].map {
        try ClusterPart(
          of: Self.set($0, isSparse: isSparse), to: centroids, by: divergence, threads: 1)
      }
      let sum = parts.reduce(ClusterPart(clusters: 3, classes: 7, by: divergence), +)
      #expect(sum.objective == one.objective)
      #expect(sum.sizes == one.sizes)
      #expect(sum.sizes.reduce(0, +) == 59)
      let next = try one.centroids(before: centroids)
      #expect(try sum.centroids(before: centroids) == next)
      let assigned = try whole.assignments(to: centroids, by: divergence)
      let total = assigned.divergences.filter { !$0.isNaN }.reduce(0, +)
      #expect(abs(one.objective - total) <= 1e-12 * total)
      centroids = next
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func itEndsWhereClustersEnd(divergence: ClusteringDivergence) throws {
    let set = try Self.set(0..<60)
    let wanted = try set.clusters(into: 3, by: divergence, seed: 5)
    let part = try ClusterPart(of: set, to: wanted.centroids, by: divergence)
    #expect(abs(part.objective - wanted.objective) <= 1e-10 * wanted.objective)
    #expect(part.sizes == wanted.sizes)
    let again = try part.centroids(before: wanted.centroids)
    for (new, old) in zip(again.values, wanted.centroids.values) {
      #expect(abs(new - old) <= 1e-13)
    }
  }

  @Test func aClusterWithoutRowsKeepsItsCentroid() throws {
    let set = try Self.set(0..<1)
    let centroids = Matrix<Double>([
      try set.probabilities(as: Double.self).values.row(0), [1, 0, 0, 0, 0, 0, 0],
    ])
    let part = try ClusterPart(of: set, to: centroids)
    #expect(part.sizes == [1, 0])
    #expect(try part.centroids(before: centroids).row(1) == centroids.row(1))
  }

  @Test func otherShapesAreRefused() throws {
    let set = try Self.set(0..<5)
    #expect(throws: KullbackError.clusterCount(0, validRows: 5)) {
      try set.assignments(to: Matrix(rows: 0, columns: 7))
    }
    var part = ClusterPart(clusters: 2, classes: 7)
    #expect(throws: KullbackError.self) {
      try part.add(set, to: Matrix(repeating: 1.0 / 7, rows: 3, columns: 7))
    }
    #expect(throws: KullbackError.self) {
      try part.add(set, to: Matrix(repeating: 1.0 / 6, rows: 2, columns: 6))
    }
    #expect(throws: KullbackError.self) {
      try part.centroids(before: Matrix(repeating: 1.0 / 6, rows: 2, columns: 6))
    }
  }
}
