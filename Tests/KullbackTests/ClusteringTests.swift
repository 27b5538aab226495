import Foundation
import Kullback
import KullbackTestSupport
import Testing

/// Logits around a few centres, so that there are clusters to be found.
func clusteredLogits(
  _ rows: Int, _ classes: Int, groups: Int, seed: UInt64, spread: Double = 0.7
) -> [[Double]] {
  var generator = SeededGenerator(seed: seed)
  let centres = (0..<groups).map { _ in generator.normals(classes).map { 2 * $0 } }
  return (0..<rows).map { _ in
    let centre = centres[Int(generator.next() % UInt64(groups))]
    return zip(centre, generator.normals(classes)).map { $0 + spread * $1 }
  }
}

func matrix<Element>(_ rows: [[Double]], as convert: (Double) -> Element) -> Matrix<Element> {
  Matrix(rows.flatMap { $0.map(convert) }, rows: rows.count, columns: rows.first?.count ?? 0)
}

/// Holds clusters against plain loops from the same seeds.
func expectBruteForce(
  _ set: DistributionSet, _ probabilities: [[Double]?], into count: Int,
  by divergence: ClusteringDivergence, seed: UInt64 = 1, within bound: Double = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let found = try cluster(set, into: count, by: divergence, seed: seed)
  let exact = ClusteringOracle(probabilities, seeds: found.seeds, divergence)
  #expect(found.assignments == exact.assignments, sourceLocation: sourceLocation)
  #expect(found.objectives.count == exact.objectives.count, sourceLocation: sourceLocation)
  #expect(
    relativeError(found.objective, exact.objective) < 1e-6 || exact.objective < 1e-12,
    sourceLocation: sourceLocation)
  for (mine, theirs) in zip(found.objectives, exact.objectives) {
    #expect(
      abs(mine - theirs) < 1e-6 * abs(theirs) + 1e-12, sourceLocation: sourceLocation)
  }
  for (cluster, row) in exact.centroids.enumerated() {
    for (mine, theirs) in zip(found.centroids.row(cluster), row) {
      #expect(abs(mine - theirs) < 1e-7 * theirs + 1e-15, sourceLocation: sourceLocation)
    }
  }
}

@Suite struct ClusteringTests {
  static let shapes = [(60, 5, 3), (400, 17, 6), (300, 128, 10), (900, 700, 4), (257, 64, 33)]

  @Test(arguments: shapes, ClusteringDivergence.allCases)
  func equalsBruteForceOnLogits(
    shape: (Int, Int, Int), divergence: ClusteringDivergence
  ) throws {
    let (rows, classes, count) = shape
    let values = clusteredLogits(rows, classes, groups: count, seed: 7)
    let single = matrix(values) { Float($0) }
    let probabilities = doubleRows(single).map { softmaxRow($0) }
    try expectBruteForce(
      DistributionSet(logits: single), probabilities, into: count, by: divergence)
    let wide = matrix(values) { $0 }
    try expectBruteForce(
      DistributionSet(logits: wide), doubleRows(wide).map { softmaxRow($0) }, into: count,
      by: divergence)
  }
}
