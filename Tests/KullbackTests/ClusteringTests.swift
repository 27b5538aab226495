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

/// Holds clusters against plain loops from the same seeds.
@discardableResult
func expectBruteForce(
  _ set: DistributionSet, into count: Int, by divergence: ClusteringDivergence, seed: UInt64 = 1,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> (found: Clustering, exact: ClusteringOracle) {
  let found = try set.clusters(into: count, by: divergence, seed: seed)
  let exact = ClusteringOracle(oracleRows(set), seeds: found.seeds, divergence)
  #expect(found.assignments == exact.assignments, sourceLocation: sourceLocation)
  #expect(found.sizes == exact.sizes, sourceLocation: sourceLocation)
  #expect(found.hasConverged, sourceLocation: sourceLocation)
  #expect(found.objectives.count == exact.objectives.count, sourceLocation: sourceLocation)
  // Sums over the rows of what is small beside their entropies.
  let rounding = 1e-13 * Double(set.count)
  let pairs = zip(found.objectives + [found.objective], exact.objectives + [exact.objective])
  for (mine, theirs) in pairs where mine != theirs {
    #expect(abs(mine - theirs) < 1e-6 * theirs + rounding, sourceLocation: sourceLocation)
  }
  for (mine, theirs) in zip(found.divergences, exact.divergences) where mine != theirs {
    #expect(
      mine.isNaN == theirs.isNaN && !(abs(mine - theirs) >= 1e-6 * theirs + 1e-14),
      sourceLocation: sourceLocation)
  }
  for (cluster, row) in exact.centroids.enumerated() {
    for (mine, theirs) in zip(found.centroids.row(cluster), row) {
      #expect(abs(mine - theirs) < 1e-11 * theirs + 1e-15, sourceLocation: sourceLocation)
    }
  }
  return (found, exact)
}

@Suite struct ClusteringTests {
  static let shapes = [(60, 5, 3), (300, 17, 6), (150, 128, 10), (90, 700, 4), (100, 64, 33)]

  @Test(arguments: shapes, ClusteringDivergence.allCases)
  func equalsBruteForceOnLogits(
    shape: (rows: Int, classes: Int, count: Int), divergence: ClusteringDivergence
  ) throws {
    let values = clusteredLogits(shape.rows, shape.classes, groups: shape.count, seed: 7)
    for set in [
      try DistributionSet(logits: matrix(values, Float.self)),
      try DistributionSet(logits: matrix(values, Double.self), temperature: 1.7),
    ] {
      try expectBruteForce(set, into: shape.count, by: divergence)
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func equalsBruteForceInEveryFormAndType(divergence: ClusteringDivergence) throws {
    let logits = clusteredLogits(80, 70, groups: 5, seed: 3)
    let probabilities = logits.map { softmaxRow($0) }
    let logs = probabilities.map { $0.map { log($0) } }
    let counts = probabilities.map { $0.map { (1 + 1e4 * $0).rounded() } }
    let sets = [
      try DistributionSet(logits: matrix(logits, Float16.self)),
      try DistributionSet(logits: matrix(logits, BFloat16.self), temperature: 0.5),
      try DistributionSet(logits: matrix(logits, Float.self), temperature: 3),
      try DistributionSet(logProbabilities: matrix(logs, Float.self)),
      try DistributionSet(logProbabilities: matrix(logs, Float16.self), tolerance: 0.05),
      try DistributionSet(logProbabilities: matrix(logs, Double.self)),
      try DistributionSet(probabilities: matrix(probabilities, Float.self)),
      try DistributionSet(probabilities: matrix(probabilities, BFloat16.self), tolerance: 0.05),
      try DistributionSet(probabilities: matrix(probabilities, Double.self)),
      try DistributionSet(weights: matrix(counts, Float.self)),
      try DistributionSet(weights: matrix(counts, Float.self), smoothing: 0.5),
      try DistributionSet(weights: matrix(counts, Double.self), smoothing: 2),
      try DistributionSet(
        AnyMatrix(Matrix(counts.flatMap { $0.map { Int32($0) } }, rows: 80, columns: 70)),
        form: .weights, smoothing: 1),
      try DistributionSet(
        AnyMatrix(Matrix(counts.flatMap { $0.map { Int64($0) } }, rows: 80, columns: 70)),
        form: .weights),
    ]
    for set in sets { try expectBruteForce(set, into: 6, by: divergence) }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func rowsFarOutAreNotMisjudged(divergence: ClusteringDivergence) throws {
    // Products of these in Float have no digits left, or masses that it cannot hold.
    let values = clusteredLogits(120, 20, groups: 4, seed: 5)
    let shifted = values.enumerated().map { index, row in row.map { $0 + Double(index * 100) } }
    let spread = values.map { row in row.map { 60 * $0 } }
    for logits in [shifted, spread] {
      try expectBruteForce(
        DistributionSet(logits: matrix(logits, Float.self)), into: 4, by: divergence)
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func nearlyEqualCentroidsAreToldApart(divergence: ClusteringDivergence) throws {
    // Divergences of 1e-8: the scores differ by less than a product in Float is rounded by.
    var generator = SeededGenerator(seed: 11)
    let centre = generator.normals(40)
    let rows = (0..<150).map { _ in zip(centre, generator.normals(40)).map { $0 + 1e-4 * $1 } }
    try expectBruteForce(
      DistributionSet(logits: matrix(rows, Float.self)), into: 5, by: divergence)
  }

  @Test(arguments: ClusteringDivergence.allCases, [1, 1e-3, 1e-6])
  func divergencesAreThoseOfTheRowKernel(
    divergence: ClusteringDivergence, spread: Double
  ) throws {
    var generator = SeededGenerator(seed: 13)
    let centre = generator.normals(90)
    let logits = (0..<60).map { _ in zip(centre, generator.normals(90)).map { $0 + spread * $1 } }
    let weights = logits.map { $0.map { exp($0) } }
    for (set, bound) in [
      (try DistributionSet(logits: matrix(logits, Double.self)), 2e-12),
      (try DistributionSet(weights: matrix(weights, Double.self)), 2e-12),
      (try DistributionSet(logits: matrix(logits, Float.self)), 1e-6),
      (try DistributionSet(weights: matrix(weights, Float.self)), 1e-6),
    ] {
      let found = try set.clusters(into: 4, by: divergence)
      let centroids = found.assignments.map { found.centroids.row($0) }
      let models = try DistributionSet(probabilities: Matrix<Double>(centroids))
      let exact =
        divergence == .forwardKL
        ? try forwardKL(target: set, model: models) : try reverseKL(target: set, model: models)
      for (mine, theirs) in zip(found.divergences, exact) {
        #expect(relativeError(mine, theirs) < bound)
      }
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func objectiveNeverRises(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(
      logits: matrix(clusteredLogits(1000, 24, groups: 30, seed: 9, spread: 2), Float.self))
    var seen: [(Int, Double)] = []
    let found = try set.clusters(into: 25, by: divergence, seed: 4) { seen.append(($0, $1)) }
    #expect(found.iterations > 3)
    #expect(zip(found.objectives, found.objectives.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(seen.map(\.0) == Array(1...found.iterations))
    expectClose(seen.map(\.1), found.objectives, within: 1e-5)
    #expect(found.objective == found.objectives.last)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func threadsMemoryAndStorageDoNotMatter(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(
      logits: matrix(clusteredLogits(3000, 33, groups: 7, seed: 2), Float.self))
    let one = try set.clusters(into: 7, by: divergence, seed: 3, threads: 1)
    for (threads, memory) in [(2, nil), (3, 1), (1, 1 << 20)] as [(Int, Int?)] {
      let other = try set.clusters(
        into: 7, by: divergence, seed: 3, threads: threads, workingMemory: memory)
      #expect(other.assignments == one.assignments && other.seeds == one.seeds)
      #expect(other.objectives == one.objectives && other.divergences == one.divergences)
      #expect(other.centroids.values == one.centroids.values)
    }
  }

  @Test func seedDecides() throws {
    let set = try DistributionSet(logits: logits(300, 12, seed: 1))
    let first = try set.clusters(into: 9, seed: 5), second = try set.clusters(into: 9, seed: 5)
    #expect(first.seeds == second.seeds && first.assignments == second.assignments)
    #expect(try set.clusters(into: 9, seed: 6).seeds != first.seeds)
    #expect(Set(first.seeds).count == 9)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func restartsKeepTheBest(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(
      logits: matrix(clusteredLogits(300, 6, groups: 12, seed: 8), Double.self))
    let one = try set.clusters(into: 12, by: divergence, seed: 2)
    let many = try set.clusters(into: 12, by: divergence, seed: 2, restarts: 8)
    #expect(many.objective <= one.objective)
    let least = (0..<8).compactMap { seed in
      try? set.clusters(into: 12, by: divergence, seed: UInt64(seed)).objective
    }
    #expect(Set(least).count > 1)  // Else restarts would have nothing to choose from.
  }

  @Test func seedsAreDrawnInProportionToTheDivergence() throws {
    // Two rows at the first seed's place, one near and one far: the far one is nearly always drawn.
    let set = try DistributionSet(
      probabilities: Matrix<Double>([[0.5, 0.5], [0.5, 0.5], [0.51, 0.49], [0.99, 0.01]]))
    var far = 0
    for seed in 0..<400 {
      let seeds = try set.clusters(into: 2, seed: UInt64(seed), maximumIterations: 1).seeds
      #expect(Set(seeds) != [0, 1])
      if seeds.contains(3) { far += 1 }
    }
    #expect(far > 395)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func seedsHaveTheProbabilitiesOfTheRule(divergence: ClusteringDivergence) throws {
    let rows = clusteredLogits(6, 3, groups: 3, seed: 21).map { softmaxRow($0) }
    let set = try DistributionSet(probabilities: matrix(rows, Double.self))
    let oracle = ClusteringOracle(rows, seeds: [0], divergence)
    // The probability of every set of four seeds, over all orders.
    var exact: [Set<Int>: Double] = [:]
    func follow(_ seeds: [Int], _ probability: Double) {
      guard seeds.count < 4 else { return exact[Set(seeds), default: 0] += probability }
      let distances = rows.map { row in seeds.map { oracle.kl(row, rows[$0]) }.min() ?? 1 }
      let total = distances.reduce(0, +)
      for row in rows.indices where !seeds.contains(row) {
        follow(seeds + [row], probability * distances[row] / total)
      }
    }
    follow([], 1)
    let draws = 3000.0
    var counts: [Set<Int>: Double] = [:]
    for seed in 0..<Int(draws) {
      let seeds = try ClusteringRun(set, into: 4, by: divergence, seed: UInt64(seed)).seeds
      counts[Set(seeds), default: 0] += 1
    }
    #expect(exact.count == 15 && abs(exact.values.reduce(0, +) - 1) < 1e-12)
    for (seeds, p) in exact {
      #expect(abs((counts[seeds] ?? 0) / draws - p) < 4 * (p * (1 - p) / draws).squareRoot() + 1e-3)
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func toleranceAndLimitEndIt(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(
      logits: matrix(clusteredLogits(1000, 24, groups: 30, seed: 9, spread: 2), Float.self))
    let full = try set.clusters(into: 25, by: divergence, seed: 4)
    let early = try set.clusters(into: 25, by: divergence, seed: 4, tolerance: 0.01)
    #expect(early.hasConverged && early.iterations < full.iterations)
    let two = try set.clusters(into: 25, by: divergence, seed: 4, maximumIterations: 2)
    #expect(!two.hasConverged && two.iterations == 2)
    expectClose(two.objectives, Array(full.objectives.prefix(2)), within: 1e-6)
  }

  @Test func stepsAreTheSame() throws {
    let set = try DistributionSet(logits: logits(500, 12, seed: 1))
    var run = try ClusteringRun(set, into: 9, seed: 5)
    while !run.hasConverged { try run.step() }
    let stepped = try run.result(), whole = try set.clusters(into: 9, seed: 5)
    #expect(stepped.assignments == whole.assignments && stepped.objectives == whole.objectives)
    #expect(stepped.centroids.values == whole.centroids.values)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func newRowsGoToTheNearestCentroid(divergence: ClusteringDivergence) throws {
    let values = clusteredLogits(600, 30, groups: 5, seed: 12)
    let all = try DistributionSet(logits: matrix(values, Float.self))
    let found = try all[0..<400].clusters(into: 5, by: divergence)
    let again = try all[0..<400].assignments(to: found.centroids, by: divergence)
    #expect(again.assignments == found.assignments)
    expectClose(again.divergences, found.divergences, within: 1e-14)
    let others = try all[400..<600].assignments(to: found.centroids, by: divergence)
    for (row, p) in oracleRows(all[400..<600]).enumerated() {
      let values = (0..<5).map { cluster in
        let q = found.centroids.row(cluster)
        return zip(p ?? [], q).reduce(0) { sum, pair in
          let (first, second) = divergence == .forwardKL ? pair : (pair.1, pair.0)
          return sum + first * log(first / second)
        }
      }
      #expect(values[others.assignments[row]] == values.min())
      #expect(relativeError(others.divergences[row], values.min() ?? .nan) < 1e-6)
    }
  }
}
