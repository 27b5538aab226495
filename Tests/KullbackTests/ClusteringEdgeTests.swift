import Foundation
import KullbackTestSupport
import Testing

@testable import Kullback

/// Zeros, too few rows, rows that are not valid, and arguments that cannot be.
@Suite struct ClusteringEdgeTests {
  @Test(arguments: ClusteringDivergence.allCases)
  func oneClusterHasTheMean(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(logits: logits(40, 9, seed: 3))
    let found = try set.clusters(into: 1, by: divergence)
    let rows = oracleRows(set).compactMap { $0 }
    expectClose(
      found.centroids.row(0), ClusteringOracle.centre(of: rows, divergence), within: 1e-13)
    #expect(found.sizes == [40] && found.assignments == [Int](repeating: 0, count: 40))
    #expect(found.hasConverged && found.iterations == 2)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func asManyClustersAsRowsCostNothing(divergence: ClusteringDivergence) throws {
    let set = try DistributionSet(
      logits: matrix(clusteredLogits(30, 9, groups: 30, seed: 3), Float.self))
    let found = try set.clusters(into: 30, by: divergence)
    #expect(Set(found.assignments) == Set(0..<30))
    #expect(found.sizes == [Int](repeating: 1, count: 30))
    #expect(found.objective >= 0 && found.objective < 1e-12)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func duplicatesLeaveClustersEmpty(divergence: ClusteringDivergence) throws {
    let three = logits(3, 7, seed: 5)
    let rows = (0..<12).map { three.row($0 % 3) }
    let set = try DistributionSet(logits: Matrix<Double>(rows))
    let found = try set.clusters(into: 5, by: divergence)
    #expect(found.objective < 1e-12 && found.hasConverged)
    #expect(found.sizes.filter { $0 > 0 } == [4, 4, 4])
    #expect(found.sizes.count { $0 == 0 } == 2)
    #expect(Set(found.seeds).count == 5)
    #expect(found.centroids.values.allSatisfy { $0 > 0 && $0 < 1 })
  }

  /// Sets, found by trying thousands, in which a cluster loses all its rows on the way.
  struct Losing: Sendable {
    let divergence: ClusteringDivergence
    let rows: Int
    let classes: Int
    let count: Int
    let seed: UInt64
  }

  @Test(arguments: [
    Losing(divergence: .forwardKL, rows: 14, classes: 4, count: 6, seed: 682),
    Losing(divergence: .forwardKL, rows: 20, classes: 3, count: 8, seed: 20),
    Losing(divergence: .reverseKL, rows: 14, classes: 4, count: 6, seed: 82),
  ])
  func emptyClustersBeginAgainAtTheFarthestRow(example: Losing) throws {
    var generator = SeededGenerator(seed: example.seed)
    let rows = (0..<example.rows).map { _ in generator.normals(example.classes).map { 3 * $0 } }
    let set = try DistributionSet(logits: matrix(rows, Double.self))
    let seeds = Array(0..<example.count)
    let exact = ClusteringOracle(oracleRows(set), seeds: seeds, example.divergence)
    #expect(exact.refilled > 0)
    var run = ClusteringRun(
      try ClusterRows(set, example.divergence, threads: 1), from: seeds, threads: 1,
      memory: 1 << 20)
    while !run.hasConverged { try run.step() }
    let found = try run.result()
    #expect(found.assignments == exact.assignments)
    #expect(!found.sizes.contains(0))
    #expect(zip(found.objectives, found.objectives.dropFirst()).allSatisfy { $0 >= $1 })
    expectClose(found.objectives, exact.objectives, within: 1e-9)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func zeroMassesFollowTheRule(divergence: ClusteringDivergence) throws {
    var generator = SeededGenerator(seed: 17)
    var joined = 0
    for classes in [4, 70, 130] {
      // Up to a third of the masses are 0, but not where the row is of its group.
      let counts = (0..<150).map { row -> [Double] in
        let rate = generator.uniform() / 3
        return (0..<classes).map { k in
          if k % 4 == row % 4 { return 1 + (60 * generator.uniform()).rounded() }
          return generator.uniform() < rate ? 0 : (20 * generator.uniform()).rounded()
        }
      }
      let whole = counts.flatMap { $0.map { Int32($0) } }
      let logs = counts.map { row in row.map { log($0) } }
      for set in [
        try DistributionSet(weights: matrix(counts, Float.self)),
        try DistributionSet(
          AnyMatrix(Matrix(whole, rows: 150, columns: classes)), form: .weights),
        try DistributionSet(weights: matrix(counts, Double.self)),
        try DistributionSet(logits: matrix(logs, Float.self)),
        try DistributionSet(logits: matrix(logs, Double.self)),
      ] {
        let (found, exact) = try expectBruteForce(set, into: 4, by: divergence)
        #expect(found.objective.isFinite && !found.assignments.contains(-1))
        joined += exact.joined
      }
    }
    #expect(joined > 0)
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func oneHotRowsShareClustersOnlyByTheMean(divergence: ClusteringDivergence) throws {
    let rows: [[Double]] = (0..<60).map { row in
      var hot = [Double](repeating: 0, count: 6)
      hot[row % 6] = 1
      return hot
    }
    let set = try DistributionSet(probabilities: matrix(rows, Float.self))
    let whole = try set.clusters(into: 6, by: divergence)
    #expect(whole.objective == 0 && whole.sizes == [Int](repeating: 10, count: 6))
    let (found, _) = try expectBruteForce(set, into: 4, by: divergence)
    switch divergence {
    case .forwardKL:
      // Three classes share a centroid: log 3 a row.
      #expect(found.sizes.sorted() == [10, 10, 10, 30])
      #expect(abs(found.objective - 30 * log(3)) < 1e-10)
    case .reverseKL:
      // No centroid is at a finite divergence from rows without a class in common.
      #expect(found.sizes == [10, 10, 10, 10])
      #expect(found.assignments.count { $0 == -1 } == 20)
      #expect(found.objective == .infinity && found.objectives.allSatisfy { !$0.isFinite })
      #expect(found.divergences.count { $0 == .infinity } == 20)
      #expect(found.diagnostics.invalidCount == 0)
    }
  }

  @Test func rowsAtAnInfiniteDivergenceBeginClusters() throws {
    // 50 rows of one group and a single row without a class in common with them.
    let rows: [[Double]] = (0..<51).map { row in
      let p = 0.5 + Double(row) / 1000
      return row == 20 ? [0, 0, 1] : [p, 1 - p, 0]
    }
    let set = try DistributionSet(probabilities: matrix(rows, Double.self))
    for seed in 0..<10 {
      for divergence in ClusteringDivergence.allCases {
        let found = try set.clusters(into: 2, by: divergence, seed: UInt64(seed))
        #expect(found.sizes.sorted() == [1, 50] && found.objective.isFinite)
      }
    }
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func massesTooSmallToHoldAreMassStill(divergence: ClusteringDivergence) throws {
    // exp(-3000) is 0 in Double, but not without mass: nothing is at an infinite divergence.
    let rows: [[Double]] = (0..<20).map { row in
      let rest = Double(row % 10) / 10
      return row < 10 ? [0, -3000, rest] : [-3000, 0, rest]
    }
    for set in [
      try DistributionSet(logits: matrix(rows, Float.self)),
      try DistributionSet(logits: matrix(rows, Double.self)),
    ] {
      for count in 1...2 {
        let found = try set.clusters(into: count, by: divergence)
        #expect(found.objective.isFinite && found.divergences.allSatisfy { $0.isFinite })
        #expect(found.centroids.values.allSatisfy { $0 > 0 })
        if count == 2 { #expect(found.sizes == [10, 10]) }
      }
    }
  }

  @Test(arguments: ClusteringDivergence.allCases, InvalidRowTests.cases)
  func invalidRowsAreLeftOut(
    divergence: ClusteringDivergence, example: InvalidRowTests.Case
  ) throws {
    var rows = (0..<9).map { row in
      let valid = InvalidRowTests.valid(example.form)
      return row % 2 == 0 ? valid : Array(valid.reversed())
    }
    rows[4] = example.row
    for matrix in [AnyMatrix(matrix(rows, Float.self)), AnyMatrix(matrix(rows, Double.self))] {
      let set = try DistributionSet(matrix, form: example.form)
      let found = try set.clusters(into: 2, by: divergence)
      #expect(found.assignments.indices.filter { found.assignments[$0] == -1 } == [4])
      #expect(found.divergences.indices.filter { found.divergences[$0].isNaN } == [4])
      #expect(found.sizes.reduce(0, +) == 8 && found.objective < 1e-12)
      #expect(
        found.diagnostics.invalidRows == [
          InvalidRow(row: 4, side: .target, reason: example.reason)
        ])
      let assigned = try set.assignments(to: found.centroids, by: divergence)
      #expect(assigned.assignments == found.assignments)
      #expect(assigned.diagnostics.invalidCount == 1)
    }
  }

  @Test func assignmentToCentroidsWithZeros() throws {
    let set = try DistributionSet(probabilities: Matrix<Float>([[0.5, 0.5], [0.1, 0.9]]))
    let centroids = Matrix<Double>([[1, 0], [0, 1]])
    let forward = try set.assignments(to: centroids, by: .forwardKL)
    #expect(forward.assignments == [-1, -1] && forward.divergences == [.infinity, .infinity])
    let reverse = try set.assignments(to: centroids, by: .reverseKL)
    #expect(reverse.assignments == [0, 1])
    expectClose(reverse.divergences, [log(2), -log(0.9)], within: 1e-7)
  }

  @Test func badArgumentsAreRefused() throws {
    let set = try DistributionSet(logits: Matrix<Double>([[0, 1], [1, 0], [.nan, 0]]))
    for count in [-1, 0, 3, Int.max] {
      #expect(throws: KullbackError.clusterCount(count, validRows: 2)) {
        try set.clusters(into: count)
      }
      #expect(throws: KullbackError.clusterCount(count, validRows: 2)) {
        try ClusteringRun(set, into: count)
      }
    }
    #expect(throws: KullbackError.invalidIterations(0)) {
      try set.clusters(into: 1, maximumIterations: 0)
    }
    #expect(throws: KullbackError.invalidRestarts(0)) { try set.clusters(into: 1, restarts: 0) }
    #expect(throws: KullbackError.invalidTolerance(-1)) { try set.clusters(into: 1, tolerance: -1) }
    #expect(throws: (any Error).self) { try set.clusters(into: 1, tolerance: .nan) }
    let none = try DistributionSet(logits: Matrix<Double>(rows: 0, columns: 2))
    #expect(throws: KullbackError.clusterCount(1, validRows: 0)) { try none.clusters(into: 1) }
    #expect(
      throws: KullbackError.shapeMismatch(
        target: Shape(rows: 3, columns: 2), model: Shape(rows: 1, columns: 3))
    ) { try set.assignments(to: Matrix<Double>([[0.2, 0.3, 0.5]])) }
    #expect(throws: KullbackError.invalidCentroid(row: 1, .negative)) {
      try set.assignments(to: Matrix<Double>([[0.5, 0.5], [1.5, -0.5]]))
    }
    #expect(KullbackError.clusterCount(3, validRows: 2).description.contains("3 clusters"))
  }

  @Test func cancellationStopsIt() async throws {
    let set = try DistributionSet(logits: logits(2000, 40, seed: 2))
    let task = Task {
      try set.clusters(into: 20) { iteration, _ in
        // SAFETY: the task is not kept.
        if iteration == 1 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func namesAreThoseOfTheMeasures() {
    #expect(ClusteringDivergence.allCases.map(\.description) == ["forward-kl", "reverse-kl"])
    #expect(ClusteringDivergence("reverse-kl") == .reverseKL)
    #expect(ClusteringDivergence("jeffreys") == nil)
  }
}
