import Foundation
import KullbackInference
import KullbackMatrix
import Testing

@Suite struct DrawingTests {
  private static func normal(_ mean: [Double], _ covariance: [[Double]]) throws -> GaussianMixture {
    try GaussianMixture(
      weights: [1], components: [MultivariateNormal(mean: mean, covariance: Matrix(covariance))])
  }

  /// The signed areas of closed lines.
  private func area(_ lines: [[PlanePoint]]) -> Double {
    var sum = 0.0
    for line in lines {
      for (index, point) in line.enumerated() {
        let next = line[(index + 1) % line.count]
        let product = point.x * next.y - next.x * point.y
        sum += 0.5 * product
      }
    }
    return sum
  }

  @Test(arguments: [0.1, 0.5, 0.9])
  func regionsOfANormalAreEllipsesOfTheirMass(mass: Double) throws {
    let density = try Self.normal([1, -1], [[1, 0.6], [0.6, 2]])
    let grid = try DensityGrid(density, x: -5...7, y: -9...7, count: 201)
    let lines = grid.region(mass: mass)
    #expect(lines.count == 1)
    // The squared distance with mass m is -2 log(1 - m), the area π √det times it.
    let expected: Double = -2 * log(1 - mass) * .pi * 1.64.squareRoot()
    let ratio = abs(area(lines)) / expected
    #expect(abs(ratio - 1) < 0.03)
  }

  @Test func twoModesAreTwoLinesAndARingHasAHole() throws {
    let two = try GaussianMixture(
      weights: [1, 1],
      components: [
        MultivariateNormal(mean: [-3, 0], covariance: Matrix([[1, 0], [0, 1]])),
        MultivariateNormal(mean: [3, 0], covariance: Matrix([[1, 0], [0, 1]])),
      ])
    #expect(try DensityGrid(two, x: -7...7, y: -4...4, count: 80).region(mass: 0.5).count == 2)
    // A density cut off by the edge is closed along it.
    let cut = try DensityGrid(
      Self.normal([0, 0], [[1, 0], [0, 1]]), x: 0...4, y: -4...4, count: 80)
    let lines = cut.region(mass: 0.9)
    #expect(lines.count == 1)
    #expect(lines[0].allSatisfy { $0.x >= 0 && $0.x <= 4 })
  }

  @Test func curvesIntegrateToOne() throws {
    let curve = try DensityCurve(Self.normal([2], [[0.25]]), over: -1...5, count: 301)
    let height: Double = 2 / (2 * Double.pi).squareRoot()
    #expect(abs(curve.height - height) < 1e-6)
    #expect(curve.points.first?.x == -1 && curve.points.last?.x == 5)
    #expect(throws: InferenceError.noDensity(draws: 11)) {
      try DensityCurve(Self.normal([0], [[1e-4]]), over: 1e200...2e200, count: 11)
    }
    #expect(throws: InferenceError.lengthMismatch("dimensions of a curve", expected: 1, given: 2)) {
      try DensityCurve(Self.normal([0, 0], [[1, 0], [0, 1]]), over: 0...1, count: 2)
    }
    #expect(throws: InferenceError.lengthMismatch("dimensions of a grid", expected: 2, given: 1)) {
      try DensityGrid(Self.normal([0], [[1]]), x: 0...1, y: 0...1, count: 2)
    }
  }

  @Test(arguments: [Double.nan, .infinity]) func whatIsNoDensityIsNamed(bad: Double) {
    func density(_ dimension: Int) -> ClosureDensity {
      ClosureDensity(dimension: dimension) { points, _ in
        (0..<points.rows).map { points.row($0).allSatisfy { $0 == 1 } ? bad : 0 }
      }
    }
    #expect { try DensityCurve(density(1), over: 0...2, count: 5) } throws: {
      "\($0)" == "the log density is \(bad) at [1.0]"
    }
    #expect { try DensityGrid(density(2), x: 0...1, y: 0...1, count: 2) } throws: {
      "\($0)" == "the log density is \(bad) at [1.0, 1.0]"
    }
  }

  @Test func histogramsCountWeightOverWidth() throws {
    let histogram = try Histogram([0, 0.4, 1, 9], weights: [1, 1, 2, 4], over: 0...1, bins: 2)
    #expect(histogram.bounds == [0, 0.5, 1])
    #expect(histogram.densities == [0.5, 0.5])
    #expect(throws: InferenceError.tooFewSamples(0, needed: 1)) {
      try Histogram([], over: 0...1, bins: 1)
    }
    #expect(throws: InferenceError.self) {
      try Histogram([1], weights: [1, 2], over: 0...1, bins: 1)
    }
  }

  @Test func ellipsesAreAtTheirDistance() throws {
    let normal = try MultivariateNormal(mean: [3, 4], covariance: Matrix([[2, 1], [1, 1]]))
    #expect(abs(normal.deviations[0] - 2.0.squareRoot()) < 1e-15)
    #expect(abs(normal.deviations[1] - 1) < 1e-15)
    for point in normal.ellipse(deviations: 2) {
      let (u, v) = (point.x - 3, point.y - 4)
      // Σ⁻¹ = [[1, -1], [-1, 2]].
      let square: Double = u * u - 2 * u * v + 2 * v * v
      #expect(abs(square - 4) < 1e-12)
    }
  }
}
