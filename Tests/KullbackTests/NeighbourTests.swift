import Kullback
import KullbackTestSupport
import Testing

@Suite struct NeighbourTests {
  let queries: DistributionSet
  let set: DistributionSet

  init() throws {
    var rows = PairwiseShape.independent.logits(700, 60, seed: 31).map { $0.map { Float($0) } }
    // Equally near ones, and rows that are nobody's neighbours.
    rows[10] = rows[600]
    rows[11] = rows[600]
    rows[200][3] = .nan
    set = try DistributionSet(logits: Matrix(rows))
    queries = set[590..<660]
  }

  /// Every row sorted.
  private func bruteForce(_ measure: Measure, excludes: Bool = false) throws -> [[Neighbour]] {
    let values = try pairwise(measure, targets: queries, models: set).values
    return (0..<queries.count).map { query in
      (0..<set.count).map { Neighbour(row: $0, value: values[query, $0]) }
        .filter { !$0.value.isNaN && !(excludes && $0.row == query) }
        .sorted { ($0.value, $0.row) < ($1.value, $1.row) }
    }
  }

  /// Values may be products on one side and evaluated one by one on the other: each is within the promise, and so may
  /// two rows change places that are nearer to each other than that.
  private func agree(_ found: [Neighbour], _ all: [Neighbour], first count: Int) -> Bool {
    let values = Dictionary(uniqueKeysWithValues: all.map { ($0.row, $0.value) })
    return found.count == min(count, all.count)
      && Set(found.map(\.row)).count == found.count
      && zip(found, all).allSatisfy { found, expected in
        isClose(found.value, expected.value) && isClose(found.value, values[found.row] ?? .nan)
      }
  }

  private func isClose(_ value: Double, _ expected: Double) -> Bool {
    value == expected || abs(value - expected) <= 2e-6 * expected
  }

  @Test(arguments: [1, 2, 10, 699, 1000])
  func theNearestAreThoseOfSortingEveryRow(_ count: Int) throws {
    for measure in [Measure.forwardKL, .reverseKL, .jensenShannon, .hellinger] {
      let found = try set.nearest(count, to: queries, by: measure)
      let expected = try bruteForce(measure)
      #expect(found.queries == queries.count)
      for query in 0..<queries.count {
        #expect(agree(found[query], expected[query], first: count), "\(measure.name)")
      }
    }
  }

  @Test func equallyNearOnesComeByTheirNumber() throws {
    let found = try set.nearest(3, to: queries)
    #expect(found[10].map(\.row) == [10, 11, 600])
    #expect(found[10].allSatisfy { $0.value == 0 })
  }

  @Test func allWithinARadiusAreFound() throws {
    let expected = try bruteForce(.forwardKL)
    for radius in [0, 0.5, 3, .infinity] {
      let found = try set.neighbours(within: radius, of: queries)
      for query in 0..<queries.count {
        let near = expected[query].count { $0.value <= radius }
        #expect(agree(found[query], expected[query], first: near))
      }
    }
  }

  @Test func aRowIsNotItsOwnNeighbourWhereThatIsAskedFor() throws {
    let expected = try bruteForce(.forwardKL, excludes: true)
    let found = try set.nearest(4, to: queries, excludesSameRow: true)
    for query in 0..<queries.count { #expect(agree(found[query], expected[query], first: 4)) }
  }

  @Test func neighboursAreTheSameWhateverTheThreads() throws {
    let one = try set.nearest(5, to: queries, threads: 1)
    let three = try set.nearest(5, to: queries, threads: 3)
    for query in 0..<queries.count { #expect(one[query] == three[query]) }
  }

  @Test func numbersThatMakeNoSenseAreRefused() {
    #expect(throws: KullbackError.invalidNeighbours(0)) { try set.nearest(0, to: queries) }
    #expect(throws: KullbackError.invalidNeighbours(-1)) {
      try set.neighbours(within: -1, of: queries)
    }
    #expect(throws: KullbackError.self) { try set.neighbours(within: .nan, of: queries) }
  }

  @Test func aQueryThatIsNotValidHasNoNeighbours() throws {
    let found = try set.nearest(3, to: set[199..<202])
    #expect(found[1].isEmpty && found[0].count == 3)
    #expect(found.report.diagnostics.invalidCount == 2)
  }

  @Test(arguments: [1, 60, 300, 1000])
  func ofNoRowsOrNoQueriesThereAreNoNeighbours(_ classes: Int) throws {
    let some = PairwiseShape.independent.logits(5, classes, seed: 1)
    for form in [Form.logits, .weights] {
      let rows = Matrix(some.map { $0.map { form == .logits ? Float($0) : Float(abs($0)) } })
      let five = try DistributionSet(AnyMatrix(rows), form: form)
      let none = five[0..<0]
      for measure in [Measure.forwardKL, .reverseKL, .jensenShannon] {
        let found = try none.nearest(2, to: five, by: measure)
        #expect(found.queries == 5 && (0..<5).allSatisfy { found[$0].isEmpty })
        #expect(try five.nearest(2, to: none, by: measure).queries == 0)
        #expect(try none.neighbours(within: 1, of: five, by: measure).queries == 5)
        #expect(try none.nearest(2, to: none, by: measure).queries == 0)
      }
    }
  }
}
