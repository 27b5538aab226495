import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Pairs of normals in few dimensions, a pair in each lane.
@Suite struct NormalPairsTests {
  /// Around the squares of 4 and every vector's width.
  static let dimensions = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33, 48]

  /// Means and covariances, which are well conditioned.
  private struct Side {
    var means: [[Double]] = []
    var covariances: [[[Double]]] = []

    init(count: Int, dimension n: Int, seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<count {
        means.append(generator.normals(n))
        let root = (0..<n).map { _ in generator.normals(n).map { $0 / Double(n).squareRoot() } }
        var covariance = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
        for row in 0..<n {
          covariance[row][row] = 1
          for column in 0..<n {
            for k in 0..<n { covariance[row][column] += root[row][k] * root[column][k] }
          }
        }
        covariances.append(covariance)
      }
    }

    func meanMatrix(_ edge: GuardedBuffer.Edge) -> Matrix<Double> {
      let n = means[0].count
      return GuardedBuffer.matrix(
        means.flatMap { $0 }, rows: means.count, columns: n, edge: edge)
    }

    func stack(_ edge: GuardedBuffer.Edge) -> Matrix<Double> {
      let n = means[0].count
      return GuardedBuffer.matrix(
        covariances.flatMap { $0.flatMap { $0 } }, rows: means.count * n, columns: n, edge: edge)
    }
  }

  @Test(arguments: InstructionSet.available, dimensions)
  func agreeWithTheOracle(set: InstructionSet, dimension: Int) throws {
    // Fewer pairs than lanes, whole vectors of them, and some more.
    for count in [1, 3, 8, 11] {
      let p = Side(count: count, dimension: dimension, seed: UInt64(dimension))
      let q = Side(count: count, dimension: dimension, seed: UInt64(dimension + 100))
      for edge in GuardedBuffer.Edge.allCases {
        let results = compareNormals(
          targetMeans: p.meanMatrix(edge), targets: p.stack(edge), modelMeans: q.meanMatrix(edge),
          models: q.stack(edge), pairs: 0..<count, on: set)
        for pair in 0..<count {
          let exact = try #require(
            OracleNormals.pair(
              targetMean: p.means[pair], target: p.covariances[pair], modelMean: q.means[pair],
              model: q.covariances[pair]))
          #expect(results.refusedTargets[pair] == 0 && results.refusedModels[pair] == 0)
          // The oracle's own terms are of the order of n.
          #expect(abs(results.spreads[pair] - exact.spread) <= 1e-13 * Double(dimension))
          #expect(abs(results.distances[pair] - exact.distance) <= 1e-13 * (1 + exact.distance))
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func oneSideStandsForAllOfTheOther(set: InstructionSet) {
    let p = Side(count: 1, dimension: 6, seed: 1)
    let q = Side(count: 13, dimension: 6, seed: 2)
    let all = compareNormals(
      targetMeans: p.meanMatrix(.end), targets: p.stack(.end), modelMeans: q.meanMatrix(.end),
      models: q.stack(.end), pairs: 0..<13, on: set)
    let some = compareNormals(
      targetMeans: p.meanMatrix(.end), targets: p.stack(.end), modelMeans: q.meanMatrix(.end),
      models: q.stack(.end), pairs: 5..<9, on: set)
    #expect(Array(all.spreads[5..<9]) == some.spreads)
    #expect(Array(all.distances[5..<9]) == some.distances)
  }

  @Test(arguments: InstructionSet.available)
  func whatIsNoCovarianceIsRefusedInItsLaneAlone(set: InstructionSet) {
    var p = Side(count: 9, dimension: 5, seed: 3)
    var q = Side(count: 9, dimension: 5, seed: 4)
    let good = compareNormals(
      targetMeans: p.meanMatrix(.end), targets: p.stack(.end), modelMeans: q.meanMatrix(.end),
      models: q.stack(.end), pairs: 0..<9, on: set)
    p.covariances[2][3][3] = -1
    q.covariances[6][0][0] = 0
    q.covariances[7][4][1] = .nan
    let results = compareNormals(
      targetMeans: p.meanMatrix(.end), targets: p.stack(.end), modelMeans: q.meanMatrix(.end),
      models: q.stack(.end), pairs: 0..<9, on: set)
    #expect(results.refusedTargets == [0, 0, 4, 0, 0, 0, 0, 0, 0])
    #expect(results.refusedModels == [0, 0, 0, 0, 0, 0, 1, 5, 0])
    for pair in [0, 1, 3, 4, 5, 8] { #expect(results.spreads[pair] == good.spreads[pair]) }
  }

  @Test(arguments: InstructionSet.available, [1, 4, 7])
  func aNormalAndItselfAreNothingApart(set: InstructionSet, dimension: Int) {
    let p = Side(count: 5, dimension: dimension, seed: 8)
    let results = compareNormals(
      targetMeans: p.meanMatrix(.end), targets: p.stack(.end), modelMeans: p.meanMatrix(.end),
      models: p.stack(.end), pairs: 0..<5, on: set)
    #expect(results.spreads == [0, 0, 0, 0, 0])
    #expect(results.distances == [0, 0, 0, 0, 0])
  }

  @Test func stacksThatDoNotBelongToTheirMeansTrap() async {
    await #expect(processExitsWith: .failure) {
      let means = Matrix<Double>(rows: 2, columns: 3)
      let stack = Matrix<Double>(rows: 5, columns: 3)
      _ = compareNormals(
        targetMeans: means, targets: stack, modelMeans: means, models: stack, pairs: 0..<2)
    }
  }
}
