import Kullback
import KullbackInference
import KullbackLinearAlgebra
import Testing

@Suite struct MultivariateNormalTests {
  /// A normal from a seed, of any dimension, its covariance well-conditioned.
  static func made(_ dimension: Int, seed: UInt64) throws -> MultivariateNormal {
    var generator = SplitMix(seed: seed)
    var roots = Matrix<Double>(rows: dimension, columns: dimension)
    for row in 0..<dimension {
      for column in 0..<dimension {
        roots[row, column] = 2 * generator.uniform() - 1 + (row == column ? 1.5 : 0)
      }
    }
    let covariance = try BLAS.syrk(roots)
    return try MultivariateNormal(
      mean: (0..<dimension).map { _ in 2 * generator.uniform() - 1 }, covariance: covariance)
  }

  @Test func goldenTableIsThere() { #expect(MultivariateGolden.all.count > 50) }

  @Test(arguments: MultivariateGolden.all)
  func agreesWithSixtyDigits(golden: MultivariateGolden) throws {
    guard let p = try golden.target.normal, let q = try golden.model.normal else { return }
    #expect(relativeError(try forwardKL(target: p, model: q), golden.forward) <= golden.bound)
    #expect(relativeError(try reverseKL(target: p, model: q), golden.reverse) <= golden.bound)
    // The condition number that loosens the bound of a divergence also costs the determinant digits.
    let loose = max(1e-12, golden.bound * 1e-3)
    #expect(abs(p.entropy - golden.entropy) <= loose * (1 + abs(golden.entropy)))
    #expect(
      abs(try p.crossEntropy(to: q) - golden.crossEntropy)
        <= loose * (1 + abs(golden.crossEntropy)))
  }

  @Test(arguments: [0, 1, 2, 5, 31, 32, 33, 64, 70, 130])
  func keepsTheIdentities(dimension: Int) throws {
    let p = try Self.made(dimension, seed: 1)
    let q = try Self.made(dimension, seed: 2)
    let forward = try forwardKL(target: p, model: q)
    #expect(try forwardKL(target: p, model: p) == 0)
    #expect(dimension == 0 ? forward == 0 : forward > 0)
    #expect(try reverseKL(target: q, model: p) == forward)
    let cross = try crossEntropy(target: p, model: q)
    #expect(abs(cross - (p.entropy + forward)) <= 1e-11 * (1 + abs(cross)))
    #expect(try crossEntropy(target: p, model: p) - p.entropy <= 1e-11 * (1 + abs(p.entropy)))
  }

  @Test func factorAndCovarianceGiveTheSame() throws {
    let p = try Self.made(20, seed: 3)
    let q = try Self.made(20, seed: 4)
    let r = try MultivariateNormal(mean: p.mean, factor: p.factor)
    let s = try MultivariateNormal(mean: q.mean, factor: q.factor)
    #expect(r == p)
    #expect(
      relativeError(try forwardKL(target: r, model: s), try forwardKL(target: p, model: q)) < 1e-12)
    #expect(try forwardKL(target: r, model: r) == 0)
  }

  @Test func changesNothingUnderAnAffineMap() throws {
    let p = try Self.made(4, seed: 5)
    let q = try Self.made(4, seed: 6)
    let map = try Self.made(4, seed: 7).factor
    func mapped(_ normal: MultivariateNormal) throws -> MultivariateNormal {
      let product = try BLAS.gemm(
        BLAS.gemm(map, normal.covariance), map, transposeSecond: true)
      return try MultivariateNormal(
        mean: BLAS.gemv(map, normal.mean).enumerated().map { $1 + Double($0) }, covariance: product)
    }
    let before = try forwardKL(target: p, model: q)
    let after = try forwardKL(target: mapped(p), model: mapped(q))
    #expect(relativeError(after, before) < 1e-12)
  }

  @Test func inOneDimensionItIsTheFormulaOfTheNormal() throws {
    let p = try MultivariateNormal(mean: [1], covariance: Matrix([[4]]))
    let q = try MultivariateNormal(mean: [-1], covariance: Matrix([[9]]))
    // log(σ_q/σ_p) + (σ_p² + (m_p - m_q)²) / (2 σ_q²) - ½
    let exact = 0.405465108108164381978 + 8.0 / 18 - 0.5
    #expect(relativeError(try forwardKL(target: p, model: q), exact) < 1e-14)
  }

  @Test(arguments: [1, 2, 3]) func manyPairsAreThePairs(threads: Int) throws {
    let targets = try (0..<9).map { try Self.made(40, seed: $0) }
    let models = try (0..<9).map { try Self.made(40, seed: 100 + $0) }
    let single = try zip(targets, models).map { try $0.divergence(to: $1) }
    #expect(
      try MultivariateNormal.divergences(targets: targets, models: models, threads: threads)
        == single)
    #expect(try forwardKL(target: targets, model: models) == single)
    #expect(
      try forwardKL(target: targets, model: [models[0]])
        == targets.map { try $0.divergence(to: models[0]) })
    #expect(
      try forwardKL(target: [targets[0]], model: models)
        == models.map { try targets[0].divergence(to: $0) })
    #expect(try forwardKL(target: [MultivariateNormal](), model: []) == [])
  }

  @Test func badParametersAreRefused() throws {
    #expect(throws: InferenceError.notPositiveDefinite(order: 2)) {
      try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 1], [1, 1]]))
    }
    #expect(throws: InferenceError.self) {
      try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0], [.nan, 1]]))
    }
    #expect(throws: InferenceError.self) {
      try MultivariateNormal(mean: [0, 0], covariance: Matrix([[.infinity, 0], [0, 1]]))
    }
    #expect(throws: InferenceError.self) {
      try MultivariateNormal(mean: [.nan, 0], covariance: Matrix([[1, 0], [0, 1]]))
    }
    #expect(throws: InferenceError.self) {
      try MultivariateNormal(mean: [0, 0], factor: Matrix([[1, 0], [1, 0]]))
    }
    #expect(throws: InferenceError.self) {
      try MultivariateNormal(mean: [0, 0], factor: Matrix([[1, 0], [.infinity, 1]]))
    }
    #expect(
      throws: InferenceError.lengthMismatch("rows and columns of the matrix", expected: 2, given: 3)
    ) {
      try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0, 0], [0, 1, 0]]))
    }
    let one = try MultivariateNormal(mean: [0], covariance: Matrix([[1]]))
    let two = try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0], [0, 1]]))
    #expect(throws: InferenceError.lengthMismatch("dimensions of the model", expected: 1, given: 2))
    {
      try forwardKL(target: one, model: two)
    }
    #expect(throws: InferenceError.self) { try forwardKL(target: [two, two], model: [two, one]) }
  }
}
