import Kullback
import KullbackInference
import Testing

@Suite struct DiagonalNormalTests {
  @Test(arguments: MultivariateGolden.all)
  func agreesWithSixtyDigitsAndWithTheFullForm(golden: MultivariateGolden) throws {
    guard let first = golden.target.variances, let second = golden.model.variances else { return }
    let p = try DiagonalNormal(mean: golden.target.mean, variances: first)
    let q = try DiagonalNormal(mean: golden.model.mean, variances: second)
    let forward = try forwardKL(target: p, model: q)
    #expect(relativeError(forward, golden.forward) <= 1e-12)
    #expect(relativeError(try reverseKL(target: p, model: q), golden.reverse) <= 1e-12)
    #expect(try reverseKL(target: q, model: p) == forward)
    #expect(abs(p.entropy - golden.entropy) <= 1e-12 * (1 + abs(golden.entropy)))
    let cross = try crossEntropy(target: p, model: q)
    #expect(abs(cross - golden.crossEntropy) <= 1e-12 * (1 + abs(golden.crossEntropy)))
    #expect(abs(cross - (p.entropy + forward)) <= 1e-12 * (1 + abs(cross)))
    #expect(try forwardKL(target: p, model: p) == 0)
    let (full, other) = (try golden.target.normal, try golden.model.normal)
    if let full, let other {
      #expect(relativeError(try forwardKL(target: full, model: other), forward) <= 1e-9)
    }
  }

  @Test func variancesFarApartKeepTheirLogarithm() throws {
    let p = try DiagonalNormal(mean: [0], variances: [1e-200])
    let q = try DiagonalNormal(mean: [0], variances: [1e200])
    // ½ (0 - 1 + 400 log 10)
    #expect(relativeError(try forwardKL(target: p, model: q), 460.01701859880913680) < 1e-14)
  }

  @Test(arguments: [0, -1, Double.nan, .infinity])
  func badVariancesAreRefused(variance: Double) {
    #expect(throws: InferenceError.self) { try DiagonalNormal(mean: [0], variances: [variance]) }
  }

  @Test func badMeansAndLengthsAreRefused() throws {
    #expect(throws: InferenceError.self) { try DiagonalNormal(mean: [.nan], variances: [1]) }
    #expect(throws: InferenceError.lengthMismatch("variances", expected: 1, given: 2)) {
      try DiagonalNormal(mean: [0], variances: [1, 1])
    }
    let one = try DiagonalNormal(mean: [0], variances: [1])
    let two = try DiagonalNormal(mean: [0, 0], variances: [1, 1])
    #expect(throws: InferenceError.self) { try one.divergence(to: two) }
    #expect(throws: InferenceError.self) { try one.crossEntropy(to: two) }
  }
}
