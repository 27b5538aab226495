import Kullback
import KullbackInference
import Testing

@Suite struct MultivariateNormalsTests {
  /// Normals as one batch.
  private static func batch(_ normals: [MultivariateNormal]) throws -> MultivariateNormals {
    let covariances = try normals.map { try $0.covariance }
    return try MultivariateNormals(
      means: Matrix(normals.map(\.mean)),
      covariances: Matrix(
        covariances.flatMap { matrix in (0..<matrix.rows).map { matrix.row($0) } }))
  }

  private static func made(_ count: Int, _ dimension: Int, seed: UInt64) throws
    -> MultivariateNormals
  {
    try batch(
      (0..<UInt64(count)).map { try MultivariateNormalTests.made(dimension, seed: seed + $0) })
  }

  /// The same normals with covariances and means that differ by this share.
  private static func moved(_ normals: MultivariateNormals, by share: Double) throws
    -> MultivariateNormals
  {
    var (means, covariances) = (normals.means, normals.covariances)
    for row in 0..<means.rows {
      for column in 0..<means.columns { means[row, column] *= 1 + share * Double(column % 3) }
    }
    for row in 0..<covariances.rows {
      let column = row % normals.dimension
      covariances[row, column] *= 1 + share * Double(1 + row % 2)
    }
    return try MultivariateNormals(means: means, covariances: covariances)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 33, 48, 49, 65])
  func aBatchIsItsPairs(dimension: Int) throws {
    let p = try Self.made(11, dimension, seed: 1)
    for q in try [
      Self.made(11, dimension, seed: 50), Self.moved(p, by: 1e-3), Self.moved(p, by: 1e-7),
    ] {
      let found = try forwardKL(target: p, model: q)
      #expect(found.invalid.isEmpty)
      for index in 0..<p.count {
        let exact = try p.normal(index).divergence(to: q.normal(index))
        #expect(relativeError(found.values[index], exact) < 1e-9)
      }
      for threads in [1, 2, 3] {
        #expect(try forwardKL(target: p, model: q, threads: threads) == found)
      }
      #expect(try reverseKL(target: q, model: p) == found)
      let one = try MultivariateNormals(
        means: q.means[rows: 0..<1], covariances: q.covariances[rows: 0..<dimension])
      #expect(try forwardKL(target: p, model: one).values[0] == found.values[0])
      let all = try forwardKL(target: one, model: q)
      #expect(all.values[0] == 0)
      #expect(all.values.allSatisfy { $0 >= 0 })
    }
    #expect(try forwardKL(target: p, model: p).values == [Double](repeating: 0, count: 11))
  }

  @Test func emptyAndSingleBatches() throws {
    let none = try MultivariateNormals(
      means: Matrix(rows: 0, columns: 3), covariances: Matrix(rows: 0, columns: 3))
    #expect(try forwardKL(target: none, model: none).values.isEmpty)
    let one = try Self.made(1, 3, seed: 9)
    #expect(try forwardKL(target: one, model: none).values.isEmpty)
    #expect(try forwardKL(target: one, model: one).values == [0])
  }

  @Test(arguments: [3, 60]) func aBadCovarianceStopsNoOther(dimension: Int) throws {
    let p = try Self.made(5, dimension, seed: 21)
    let q = try Self.made(5, dimension, seed: 31)
    let good = try forwardKL(target: p, model: q)
    var (means, covariances) = (q.means, q.covariances)
    covariances[1 * dimension + 1, 1] = -1
    covariances[2 * dimension + 2, 0] = .nan
    means[3, 2] = .infinity
    covariances[4 * dimension, 0] = .infinity
    let bad = try MultivariateNormals(means: means, covariances: covariances)
    let found = try forwardKL(target: p, model: bad)
    #expect(found.values[0] == good.values[0])
    #expect(found.values[1...].allSatisfy { $0.isNaN })
    #expect(found.invalid.map(\.pair) == [1, 2, 3, 4])
    #expect(found.invalid.allSatisfy { $0.isModel })
    #expect(found.invalid[0].reason == .notPositiveDefinite(order: 2))
    #expect(found.invalid[2].reason == .invalidParameter("mean", .infinity, mustBe: "finite"))
    #expect(
      found.invalid[3].reason == .invalidParameter("covariance", .infinity, mustBe: "finite"))
    let both = try reverseKL(target: bad, model: bad)
    #expect(both.values.map(\.isNaN) == [false, true, true, true, true])
    #expect(both.invalid.map(\.pair) == [1, 1, 2, 2, 3, 3, 4, 4])
    #expect(both.invalid.map(\.isModel) == [false, true, false, true, false, true, false, true])
  }

  @Test func shapesThatDoNotAgreeAreRefused() throws {
    #expect(throws: InferenceError.lengthMismatch("rows of the covariances", expected: 6, given: 3))
    {
      try MultivariateNormals(
        means: Matrix(rows: 2, columns: 3), covariances: Matrix(rows: 3, columns: 3))
    }
    #expect(
      throws: InferenceError.lengthMismatch("columns of the covariances", expected: 3, given: 2)
    ) {
      try MultivariateNormals(
        means: Matrix(rows: 2, columns: 3), covariances: Matrix(rows: 6, columns: 2))
    }
    let p = try Self.made(2, 3, seed: 1)
    let q = try Self.made(3, 3, seed: 1)
    let r = try Self.made(2, 4, seed: 1)
    #expect(throws: InferenceError.lengthMismatch("models", expected: 2, given: 3)) {
      try forwardKL(target: p, model: q)
    }
    #expect(
      throws: InferenceError.lengthMismatch("dimensions of the models", expected: 3, given: 4)
    ) {
      try forwardKL(target: p, model: r)
    }
  }
}
