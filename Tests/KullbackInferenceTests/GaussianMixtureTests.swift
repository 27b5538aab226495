import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct GaussianMixtureTests {
  /// Three components in two dimensions: round, narrow and slanted, and far away with little weight.
  private static func example() throws -> GaussianMixture {
    try GaussianMixture(
      weights: [2, 1, 0.5],
      components: [
        MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0], [0, 1]])),
        MultivariateNormal(mean: [3, -1], covariance: Matrix([[0.5, 0.3], [0.3, 0.25]])),
        MultivariateNormal(mean: [-40, 7], covariance: Matrix([[4, -1], [-1, 9]])),
      ])
  }

  /// The log density of a mixture in two dimensions, by the formula for the inverse.
  private static func plain(_ mixture: GaussianMixture, _ x: [Double]) throws -> Double {
    var terms: [Double] = []
    for (weight, component) in zip(mixture.weights, mixture.components) {
      let s = try component.covariance
      let determinant = s[0, 0] * s[1, 1] - s[0, 1] * s[0, 1]
      let (u, v) = (x[0] - component.mean[0], x[1] - component.mean[1])
      let square: Double = s[1, 1] * u * u - 2 * s[0, 1] * u * v + s[0, 0] * v * v
      let peak: Double = log(weight) - log(2 * .pi) - 0.5 * log(determinant)
      terms.append(peak - 0.5 * square / determinant)
    }
    let most = terms.max() ?? 0
    return most + log(terms.reduce(0) { $0 + exp($1 - most) })
  }

  private static let points: [[Double]] = {
    var points = (0..<300).map { index -> [Double] in
      [-45 + 0.2 * Double(index), 10 * sin(Double(index))]
    }
    points += [[0, 0], [1e3, -1e3]]
    return points
  }()

  @Test func logDensitiesAreThoseOfThePlainFormula() throws {
    let mixture = try Self.example()
    let values = try mixture.logDensities(at: Matrix(Self.points))
    for (value, point) in zip(values, Self.points) {
      let expected = try Self.plain(mixture, point)
      #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)), "\(point)")
    }
  }

  @Test func gradientsAreDifferencesOfTheValues() throws {
    let mixture = try Self.example()
    let points = Array(Self.points.dropLast())
    var gradients = Matrix<Double>(repeating: .nan, rows: points.count, columns: 2)
    let values = try mixture.logDensities(at: Matrix(points), gradients: &gradients)
    #expect(try values == mixture.logDensities(at: Matrix(points)))
    let step = 1e-5
    for column in 0..<2 {
      let sides = try [step, -step].map { step in
        try mixture.logDensities(
          at: Matrix(
            points.map { point in
              var moved = point
              moved[column] += step
              return moved
            }))
      }
      for row in points.indices {
        let slope = (sides[0][row] - sides[1][row]) / (2 * step)
        #expect(abs(gradients[row, column] - slope) <= 1e-6 * max(1, abs(slope)))
      }
    }
  }

  @Test func oneDimensionIntegratesToOne() throws {
    let mixture = try GaussianMixture(
      weights: [0.25, 0.75],
      components: [
        MultivariateNormal(mean: [1e6 - 2], covariance: Matrix([[0.25]])),
        MultivariateNormal(mean: [1e6 + 3], covariance: Matrix([[4]])),
      ])
    let step = 0.01
    let points = (0..<4000).map { [1e6 - 20 + step * Double($0)] }
    let sum = try mixture.logDensities(at: Matrix(points)).reduce(0) { $0 + exp($1) } * step
    #expect(abs(sum - 1) < 1e-9)
  }

  @Test func momentsAreThoseOfTheComponentsTogether() throws {
    let mixture = try GaussianMixture(
      weights: [1, 3],
      components: [
        MultivariateNormal(mean: [-2, 1], covariance: Matrix([[1, 0.5], [0.5, 2]])),
        MultivariateNormal(mean: [2, 1], covariance: Matrix([[0.25, 0], [0, 1]])),
      ])
    #expect(mixture.mean == [1, 1])
    let covariance = try mixture.covariance
    // 0.25 (1 + 9) + 0.75 (0.25 + 1), 0.25 · 0.5, 0.25 · 2 + 0.75 · 1
    let expected = [3.4375, 0.125, 0.125, 1.25]
    #expect(zip(covariance.values, expected).allSatisfy { abs($0 - $1) < 1e-14 })
  }

  @Test func drawsHaveTheMixturesMomentsAndItsSeed() throws {
    let mixture = try Self.example()
    let count = 20_000
    let draws = try mixture.draws(count, seed: 5)
    #expect(try draws == mixture.draws(count, seed: 5))
    #expect(try draws != mixture.draws(count, seed: 6))
    let covariance = try mixture.covariance
    for column in 0..<2 {
      let values = (0..<count).map { draws[$0, column] }
      let mean = values.reduce(0, +) / Double(count)
      let error = (covariance[column, column] / Double(count)).squareRoot()
      #expect(abs(mean - mixture.mean[column]) < 4.5 * error)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      #expect(abs(variance / covariance[column, column] - 1) < 0.06)
    }
    // The far component has a seventh of the weight.
    let far = (0..<count).count { draws[$0, 0] < -25 }
    #expect(
      abs(Double(far) / Double(count) - 1.0 / 7) < 4.5 * (6.0 / 49 / Double(count)).squareRoot())
  }

  @Test func aComponentWithoutWeightIsNotThere() throws {
    let normal = try MultivariateNormal(mean: [0], covariance: Matrix([[1]]))
    let other = try MultivariateNormal(mean: [5], covariance: Matrix([[1]]))
    let one = try GaussianMixture(weights: [1], components: [normal])
    let two = try GaussianMixture(weights: [0, 3], components: [other, normal])
    let points = Matrix([[-1.0], [0], [5], [40]])
    #expect(try one.logDensities(at: points) == two.logDensities(at: points))
    #expect(try two.draws(100, seed: 1).values.allSatisfy { $0 < 4.5 })
  }

  @Test func whatIsNoMixtureIsRefused() throws {
    let normal = try MultivariateNormal(mean: [0], covariance: Matrix([[1]]))
    let plane = try MultivariateNormal(mean: [0, 0], covariance: Matrix([[1, 0], [0, 1]]))
    func refuse(_ weights: [Double], _ components: [MultivariateNormal], _ error: InferenceError) {
      #expect(throws: error) { try GaussianMixture(weights: weights, components: components) }
    }
    refuse([], [], .lengthMismatch("components of the mixture", expected: 1, given: 0))
    refuse([1, 1], [normal], .lengthMismatch("weights of the mixture", expected: 1, given: 2))
    refuse(
      [1, 1], [normal, plane], .lengthMismatch("dimensions of a component", expected: 1, given: 2))
    refuse(
      [1, -1], [normal, normal], .invalidParameter("weight", -1, mustBe: "0 or above and finite"))
    refuse([0], [normal], .invalidParameter("sum of the weights", 0, mustBe: "above 0 and finite"))
    #expect(throws: InferenceError.self) {
      try GaussianMixture(weights: [.nan], components: [normal])
    }
    let mixture = try GaussianMixture(weights: [1], components: [plane])
    #expect(throws: InferenceError.lengthMismatch("columns of the points", expected: 2, given: 1)) {
      try mixture.logDensities(at: Matrix([[1.0]]))
    }
    var gradients = Matrix<Double>(rows: 1, columns: 2)
    #expect(throws: InferenceError.self) {
      try mixture.logDensities(at: Matrix([[0.0, 0], [1, 1]]), gradients: &gradients)
    }
  }

  @Test func noPointsAndPointsWithoutANumberAreAnswered() throws {
    let mixture = try Self.example()
    #expect(try mixture.logDensities(at: Matrix(rows: 0, columns: 2)).isEmpty)
    let values = try mixture.logDensities(at: Matrix([[.nan, 0], [1, 1], [1e200, 0]]))
    #expect(values[0].isNaN && values[1].isFinite && values[2] == -.infinity)
  }
}
