import KullbackTestSupport
import Testing

@testable import Kullback

@Suite struct HierarchicalOrderTests {
  /// Average linkage as it is defined: in every step the two groups of the smallest mean dissimilarity.
  private func bruteForce(_ values: Matrix<Double>) -> [(members: Set<Int>, height: Double)] {
    var groups = (0..<values.rows).map { [$0] }
    var merges: [(Set<Int>, Double)] = []
    while groups.count > 1 {
      var best = (height: Double.infinity, i: 0, j: 0)
      for i in groups.indices {
        for j in 0..<i {
          let pairs = groups[i].flatMap { a in groups[j].map { (a, $0) } }
          let sum = pairs.reduce(0) { $0 + (values[$1.0, $1.1] + values[$1.1, $1.0]) / 2 }
          if sum / Double(pairs.count) < best.height { best = (sum / Double(pairs.count), i, j) }
        }
      }
      groups[best.j] += groups[best.i]
      groups.remove(at: best.i)
      merges.append((Set(groups[best.j]), best.height))
    }
    return merges
  }

  private func random(_ count: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return Matrix((0..<count * count).map { _ in generator.uniform() }, rows: count, columns: count)
  }

  /// Distances of points on a line.
  private func line(_ points: [Double]) -> Matrix<Double> {
    Matrix(points.map { a in points.map { abs(a - $0) } })
  }

  @Test(arguments: [2, 3, 4, 5, 17, 40], [1, 2, 3] as [UInt64])
  func clustersAreThoseOfBruteForce(count: Int, seed: UInt64) {
    let values = random(count, seed: seed)
    let linkage = AverageLinkage(count: count) { (values[$0, $1] + values[$1, $0]) / 2 }
    var members = (0..<count).map { Set([$0]) }
    var merges: [(members: Set<Int>, height: Double)] = []
    for merge in linkage.merges {
      members[merge.first].formUnion(members[merge.second])
      merges.append((members[merge.first], merge.height))
    }
    // Nearest-neighbour chains find the same merges, not always in the order of their heights.
    merges.sort { $0.height < $1.height }
    let expected = bruteForce(values)
    #expect(merges.count == count - 1)
    for (merge, expected) in zip(merges, expected) {
      #expect(merge.members == expected.members)
      #expect(abs(merge.height - expected.height) <= 1e-14)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 10, 100])
  func everyRowStandsOnce(count: Int) throws {
    let order = try hierarchicalOrder(of: random(count, seed: 7))
    #expect(order.sorted() == Array(0..<count))
  }

  @Test func pointsOnALineStandInTheirOrder() throws {
    var generator = SeededGenerator(seed: 5)
    let points = (0..<60).map { _ in generator.normal() }
    let order = try hierarchicalOrder(of: line(points)).map { points[$0] }
    #expect(order == points.sorted() || order == points.sorted().reversed())
  }

  @Test func membersOfAPlantedGroupAreNeighbours() throws {
    let (groups, count) = (5, 60)
    var generator = SeededGenerator(seed: 11)
    let values = Matrix(
      (0..<count).map { i in
        (0..<count).map { j in (i % groups == j % groups ? 0.1 : 1) + 0.05 * generator.uniform() }
      })
    let order = try hierarchicalOrder(of: values).map { $0 % groups }
    #expect(zip(order, order.dropFirst()).count { $0 != $1 } == groups - 1)
  }

  @Test func rowsWithoutAValueComeLast() throws {
    let bad: Set = [0, 3]
    let points = [1.0, 5, 2, 9, 4, 3]
    let values = Matrix(
      points.indices.map { i in
        points.indices.map { j in
          bad.contains(i) || bad.contains(j) ? Double.nan : abs(points[i] - points[j])
        }
      })
    let order = try hierarchicalOrder(of: values)
    #expect(order.prefix(4) == [1, 4, 5, 2] || order.prefix(4) == [2, 5, 4, 1])
    #expect(Set(order.suffix(2)) == bad)
    let none = Matrix(repeating: Double.nan, rows: 3, columns: 3)
    #expect(try hierarchicalOrder(of: none).sorted() == [0, 1, 2])
  }

  @Test func infiniteDissimilaritiesKeepGroupsApart() throws {
    let values = Matrix(
      (0..<6).map { i in (0..<6).map { j in i % 2 == j % 2 ? abs(Double(i - j)) : .infinity } })
    let order = try hierarchicalOrder(of: values)
    #expect([[0, 2, 4], [4, 2, 0]].contains(Array(order.prefix(3))))
    #expect([[1, 3, 5], [5, 3, 1]].contains(Array(order.suffix(3))))
    let all = Matrix(repeating: Double.infinity, rows: 4, columns: 4)
    #expect(try hierarchicalOrder(of: all).sorted() == [0, 1, 2, 3])
  }

  @Test func equalDissimilaritiesGiveTheSameOrderEveryTime() throws {
    let values = Matrix(repeating: 1.0, rows: 20, columns: 20)
    let order = try hierarchicalOrder(of: values)
    #expect(try hierarchicalOrder(of: values) == order)
    #expect(order.first == 0)
  }

  @Test func aMatrixThatIsNotSquareIsRefused() {
    #expect(throws: KullbackError.notSquare(Shape(rows: 2, columns: 3))) {
      try hierarchicalOrder(of: Matrix<Double>(rows: 2, columns: 3))
    }
  }
}
