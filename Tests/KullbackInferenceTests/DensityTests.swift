import Foundation
import KullbackInference
import KullbackMatrix
import KullbackTestSupport
import Testing

@Suite struct DensityTests {
  /// Points around 0, the same on every machine.
  static func points(_ count: Int, _ dimension: Int, scale: Double = 1) throws -> Matrix<Double> {
    let zero = [Double](repeating: 0, count: dimension)
    var factor = Matrix<Double>(rows: dimension, columns: dimension)
    for index in 0..<dimension { factor[index, index] = scale }
    return try MultivariateNormal(mean: zero, factor: factor).draws(count, seed: 5)
  }

  static func normal() throws -> MultivariateNormal {
    try MultivariateNormal(
      mean: [1, -2, 0.5], covariance: Matrix([[2, 0.3, -0.4], [0.3, 1, 0.2], [-0.4, 0.2, 0.7]]))
  }

  static func builtIn() throws -> [any Density] {
    [
      try normal(), try Banana(), try Banana(dimension: 4, scale: 2, bend: -0.3), try Funnel(),
      try Funnel(dimension: 2, scale: 1), EightSchools(.centred), EightSchools(.nonCentred),
    ]
  }

  @Test func everyGradientIsThatOfItsValues() throws {
    for density in try Self.builtIn() {
      let check = try checkGradient(of: density, at: Self.points(3, density.dimension))
      #expect(check.agrees, "\(density): \(check)")
    }
  }

  @Test func valuesAloneAreTheValuesWithGradients() throws {
    for density in try Self.builtIn() {
      let points = try Self.points(4, density.dimension)
      var gradients = Matrix<Double>(rows: 4, columns: density.dimension)
      let values = try density.logDensities(at: points, gradients: &gradients)
      #expect(try density.logDensities(at: points) == values)
    }
  }

  /// The integral over a plane by the trapezium rule, which is exact for smooth densities that vanish outside.
  static func integral(
    _ density: some Density, _ x: ClosedRange<Double>, _ y: ClosedRange<Double>
  ) throws -> Double {
    let steps = 240
    let dx = (x.upperBound - x.lowerBound) / Double(steps)
    let dy = (y.upperBound - y.lowerBound) / Double(steps)
    var rows: [[Double]] = []
    for i in 0...steps {
      for j in 0...steps {
        rows.append([x.lowerBound + Double(i) * dx, y.lowerBound + Double(j) * dy])
      }
    }
    return try density.logDensities(at: Matrix(rows)).reduce(0) { $0 + exp($1) } * dx * dy
  }

  @Test func normalisedDensitiesIntegrateToOne() throws {
    let normal = try MultivariateNormal(
      mean: [1, -1], covariance: Matrix([[1, 0.6], [0.6, 0.8]]))
    #expect(abs(try Self.integral(normal, -7...9, -9...7) - 1) < 1e-9)
    let banana = try Banana(scale: 1, bend: 0.5)
    #expect(abs(try Self.integral(banana, -8...8, -30...10) - 1) < 1e-9)
    let funnel = try Funnel(dimension: 2, scale: 0.5)
    #expect(abs(try Self.integral(funnel, -4...4, -16...16) - 1) < 1e-6)
  }

  @Test func drawsHaveTheMeanAndTheCovariance() throws {
    let normal = try Self.normal()
    let draws = try normal.draws(20000, seed: 3)
    let covariance = try normal.covariance
    for i in 0..<3 {
      let mean = (0..<20000).reduce(0) { $0 + draws[$1, i] } / 20000
      // Six standard errors.
      #expect(abs(mean - normal.mean[i]) < 6 * (covariance[i, i] / 20000).squareRoot())
    }
    let cross =
      (0..<20000).reduce(0) {
        $0 + (draws[$1, 0] - normal.mean[0]) * (draws[$1, 1] - normal.mean[1])
      } / 20000
    let error = ((2.0 + 0.09) / 20000).squareRoot()
    #expect(abs(cross - 0.3) < 6 * error)
    #expect(try normal.draws(300, seed: 3) == normal.draws(300, seed: 3))
    #expect(try normal.draws(300, seed: 3) != normal.draws(300, seed: 4))
  }

  @Test func theParametrisationsOfEightSchoolsDifferByTheJacobian() throws {
    // θ = μ + τ θ̃: the density of θ̃ is τ⁸ times that of θ, up to a constant.
    let points = try Self.points(5, 10)
    let schools = EightSchools(.nonCentred)
    let values = try schools.logDensities(at: points)
    let quantities = try schools.quantities(at: points)
    var centred = points
    for row in 0..<5 {
      for school in 0..<8 { centred[row, school] = quantities[row, school + 2] }
    }
    let others = try EightSchools(.centred).logDensities(at: centred)
    let differences = (0..<5).map { values[$0] - others[$0] - 8 * points[$0, 9] }
    #expect(differences.allSatisfy { abs($0 - differences[0]) < 1e-9 })
    #expect(try EightSchools(.centred).quantities(at: centred) == quantities)
  }

  @Test func aGradientOfTheWrongSignIsNoticed() throws {
    let wrong = ClosureDensity(dimension: 2) { points, gradients in
      (0..<points.rows).map { row in
        gradients[row, 0] = -points[row, 0]
        gradients[row, 1] = points[row, 1]
        return -(points[row, 0] * points[row, 0] + points[row, 1] * points[row, 1]) / 2
      }
    }
    let check = try checkGradient(of: wrong, at: Matrix([[1, 2], [0.5, 0.25]]))
    #expect(!check.agrees)
    #expect(check.dimension == 1)
    #expect(abs(check.relativeDifference - 2) < 1e-6)
    #expect(check.description.contains("not that of the values"))
  }

  @Test func aGradientThatIsNoNumberIsNoticed() throws {
    let wrong = ClosureDensity(dimension: 1) { points, gradients in
      (0..<points.rows).map { row in
        gradients[row, 0] = .nan
        return -points[row, 0]
      }
    }
    #expect(try checkGradient(of: wrong, at: Matrix([[1.0]])).relativeDifference == .infinity)
  }

  @Test func badInputIsRefused() throws {
    for density in try Self.builtIn() {
      let n = density.dimension
      let points = Matrix<Double>(rows: 2, columns: n + 1)
      #expect(
        throws: InferenceError.lengthMismatch("columns of the points", expected: n, given: n + 1)
      ) { try density.logDensities(at: points) }
      var gradients = Matrix<Double>(rows: 3, columns: n)
      #expect(
        throws: InferenceError.lengthMismatch("rows of the gradients", expected: 2, given: 3)
      ) {
        try density.logDensities(at: Matrix(rows: 2, columns: n), gradients: &gradients)
      }
    }
    #expect(throws: InferenceError.self) { try Banana(dimension: 1) }
    #expect(throws: InferenceError.self) { try Banana(scale: 0) }
    #expect(throws: InferenceError.self) { try Banana(bend: .infinity) }
    #expect(throws: InferenceError.self) { try Funnel(dimension: 1) }
    #expect(throws: InferenceError.self) { try Funnel(scale: .nan) }
    let few = ClosureDensity(dimension: 1) { _, _ in [0] }
    #expect(throws: InferenceError.lengthMismatch("log densities", expected: 2, given: 1)) {
      try few.logDensities(at: Matrix(rows: 2, columns: 1))
    }
    let nothing = ClosureDensity(dimension: 0) { points, _ in
      [Double](repeating: 0, count: points.rows)
    }
    #expect(throws: InferenceError.self) {
      try checkGradient(of: nothing, at: Matrix(rows: 1, columns: 0))
    }
    #expect(throws: InferenceError.self) {
      try checkGradient(of: try Banana(), at: Matrix(rows: 0, columns: 2))
    }
  }
}
