import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct LowRankNormalTests {
  private func normal(_ golden: MultivariateGolden.Parameters) throws -> LowRankNormal? {
    guard let diagonal = golden.diagonal, let loadings = golden.loadings else { return nil }
    return try LowRankNormal(mean: golden.mean, diagonal: diagonal, loadings: Matrix(loadings))
  }

  @Test func theTableHasPairsOfThem() {
    #expect(MultivariateGolden.all.filter { $0.target.loadings != nil }.count >= 12)
  }

  @Test(arguments: MultivariateGolden.all.filter { $0.target.loadings != nil })
  func agreesWithSixtyDigits(golden: MultivariateGolden) throws {
    let p = try #require(try normal(golden.target))
    let q = try #require(try normal(golden.model))
    let forward = try forwardKL(target: p, model: q)
    #expect(
      relativeError(forward, golden.forward) <= golden.bound, "\(forward), \(golden.forward)")
    #expect(relativeError(try reverseKL(target: p, model: q), golden.reverse) <= golden.bound)
    #expect(try reverseKL(target: q, model: p) == forward)
    #expect(abs(p.entropy - golden.entropy) <= 1e-12 * (1 + abs(golden.entropy)))
    let cross = try crossEntropy(target: p, model: q)
    #expect(abs(cross - golden.crossEntropy) <= 1e-12 * (1 + abs(golden.crossEntropy)))
    #expect(try forwardKL(target: p, model: p) == 0)
    #expect(try forwardKL(target: q, model: q) == 0)
  }

  /// Two distributions that are far apart, and the same as full covariances.
  @Test(arguments: [(3, 1), (6, 2), (40, 5)])
  func isWhatTheFullCovarianceGives(dimension: Int, rank: Int) throws {
    var generator = SeededGenerator(seed: 5)
    var pairs: [(low: LowRankNormal, full: MultivariateNormal)] = []
    for _ in 0..<2 {
      let mean = generator.normals(dimension)
      let diagonal = (0..<dimension).map { _ in 0.1 + generator.uniform() }
      let loadings = Matrix(generator.normals(dimension * rank), rows: dimension, columns: rank)
      var covariance = Matrix<Double>(rows: dimension, columns: dimension)
      for row in 0..<dimension {
        for column in 0..<dimension {
          covariance[row, column] =
            zip(loadings.row(row), loadings.row(column)).reduce(row == column ? diagonal[row] : 0) {
              $0 + $1.0 * $1.1
            }
        }
      }
      pairs.append(
        (
          try LowRankNormal(mean: mean, diagonal: diagonal, loadings: loadings),
          try MultivariateNormal(mean: mean, covariance: covariance)
        ))
    }
    let low = try forwardKL(target: pairs[0].low, model: pairs[1].low)
    let full = try forwardKL(target: pairs[0].full, model: pairs[1].full)
    #expect(relativeError(low, full) < 1e-11)
    #expect(relativeError(pairs[0].low.entropy, pairs[0].full.entropy) < 1e-12)
  }

  @Test func rotatedLoadingsAreTheSameDistribution() throws {
    let p = try LowRankNormal(
      mean: [1, 2, 3], diagonal: [1, 2, 0.5], loadings: Matrix([[1, 2], [0.5, -1], [3, 0]]))
    let q = try LowRankNormal(
      mean: [1, 2, 3], diagonal: [1, 2, 0.5], loadings: Matrix([[2, -1], [-1, -0.5], [0, -3]]))
    let divergence = try forwardKL(target: p, model: q)
    #expect(divergence >= 0 && divergence < 1e-14)
  }

  /// The documented bound, where the diagonal is far below the factors.
  @Test func rotatedLoadingsAboveASmallDiagonalStayWithinTheBound() throws {
    var generator = SeededGenerator(seed: 12)
    let (dimension, cosine, sine) = (40, 0.6, 0.8)
    let first = generator.normals(dimension)
    let second = generator.normals(dimension)
    let turned = zip(first, second).map { [cosine * $0 - sine * $1, sine * $0 + cosine * $1] }
    let mean = [Double](repeating: 0, count: dimension)
    let diagonal = [Double](repeating: 1e-3, count: dimension)
    let p = try LowRankNormal(
      mean: mean, diagonal: diagonal, loadings: Matrix(zip(first, second).map { [$0, $1] }))
    let q = try LowRankNormal(mean: mean, diagonal: diagonal, loadings: Matrix(turned))
    let sum = (p.loadings.values + q.loadings.values).reduce(0) { $0 + $1 * $1 / 1e-3 }
    let divergence = try forwardKL(target: p, model: q)
    #expect(divergence >= 0 && divergence <= 1e-15 * (Double(dimension) + sum))
  }

  /// What overflows is infinite: never NaN, and never 0.
  @Test func distributionsTooFarApartForNumbersAreInfinitelyFar() throws {
    let unit = try LowRankNormal(mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1], [1]]))
    let moved = try LowRankNormal(mean: [1e160, 0], diagonal: [1, 1], loadings: unit.loadings)
    let wide = try LowRankNormal(
      mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1e150], [1]]))
    let narrow = try LowRankNormal(
      mean: [0, 0], diagonal: [1e-20, 1e-20], loadings: Matrix([[1], [1]]))
    for (target, model) in [(moved, unit), (unit, moved), (wide, narrow)] {
      #expect(try forwardKL(target: target, model: model) == .infinity)
      #expect(try crossEntropy(target: target, model: model) == .infinity)
    }
    // Σ⁻¹ of the unit has 2/3 in its corner: ½ · 2/3 · 1e300.
    let near = try LowRankNormal(mean: [1e150, 0], diagonal: [1, 1], loadings: unit.loadings)
    #expect(relativeError(try forwardKL(target: near, model: unit), 1e300 / 3) < 1e-14)
  }

  @Test func smallestVariancesKeepTheirDivergence() throws {
    let variance = Double.leastNormalMagnitude
    let p = try LowRankNormal(
      mean: [0, 0], diagonal: [variance, variance], loadings: Matrix([[0x1p-511], [0x1p-511]]))
    let q = try LowRankNormal(
      mean: [0, 0], diagonal: [1.5 * variance, 1.5 * variance],
      loadings: Matrix([[0x1p-511], [0x1p-511]]))
    // The same in units of the smallest variance.
    let ones = Matrix<Double>([[1], [1]])
    let exact = try forwardKL(
      target: LowRankNormal(mean: [0, 0], diagonal: [1, 1], loadings: ones),
      model: LowRankNormal(mean: [0, 0], diagonal: [1.5, 1.5], loadings: ones))
    #expect(exact > 0)
    #expect(relativeError(try forwardKL(target: p, model: q), exact) < 1e-13)
    #expect(try forwardKL(target: p, model: p) == 0)
  }

  @Test func variancesAndLoadingsThatOverflowAreRefused() {
    let loadings = Matrix<Double>([[1], [1]])
    #expect(throws: InferenceError.self) {
      try LowRankNormal(
        mean: [0, 0], diagonal: [1, .leastNonzeroMagnitude],
        loadings: Matrix<Double>(rows: 2, columns: 1))
    }
    #expect(
      throws: InferenceError.invalidParameter(
        "sum of squared loadings over variances", .infinity, mustBe: "finite")
    ) {
      try LowRankNormal(
        mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1e160], [1]]))
    }
    #expect(throws: InferenceError.self) {
      try LowRankNormal(mean: [0], diagonal: [1], loadings: loadings)
    }
  }

  @Test func badParametersAreRefused() throws {
    let loadings = Matrix<Double>([[1], [2]])
    let good = try LowRankNormal(mean: [0, 0], diagonal: [1, 1], loadings: loadings)
    for bad in [0, -1, Double.nan, .infinity] {
      #expect(throws: InferenceError.self) {
        try LowRankNormal(mean: [0, 0], diagonal: [1, bad], loadings: loadings)
      }
    }
    #expect(throws: InferenceError.self) {
      try LowRankNormal(mean: [0, .nan], diagonal: [1, 1], loadings: loadings)
    }
    #expect(throws: InferenceError.self) {
      try LowRankNormal(mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1], [.infinity]]))
    }
    #expect(throws: InferenceError.lengthMismatch("rows of the loadings", expected: 2, given: 1)) {
      try LowRankNormal(mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1]]))
    }
    #expect(throws: InferenceError.self) {
      try LowRankNormal(
        mean: [0, 0], diagonal: [1, 1], loadings: Matrix<Double>(rows: 2, columns: 0))
    }
    let wide = try LowRankNormal(
      mean: [0, 0], diagonal: [1, 1], loadings: Matrix([[1, 0], [0, 1]]))
    #expect(throws: InferenceError.lengthMismatch("factors of the model", expected: 1, given: 2)) {
      try forwardKL(target: good, model: wide)
    }
    let longer = try LowRankNormal(
      mean: [0, 0, 0], diagonal: [1, 1, 1], loadings: Matrix([[1], [1], [1]]))
    #expect(throws: InferenceError.self) { try forwardKL(target: good, model: longer) }
  }
}
