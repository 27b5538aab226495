import Foundation
import KullbackInference
import Testing

@Suite struct LBFGSTests {
  /// Σ 100 (x₂ - x₁²)² + (1 - x₁)² over pairs: a bent valley with its minimum at 1.
  private static func rosenbrock(_ x: [Double], _ gradient: inout [Double]) -> Double {
    var value = 0.0
    for index in stride(from: 0, to: x.count, by: 2) {
      let (a, b) = (1 - x[index], x[index + 1] - x[index] * x[index])
      value += a * a + 100 * b * b
      gradient[index] = -2 * a - 400 * b * x[index]
      gradient[index + 1] = 200 * b
    }
    return value
  }

  @Test(arguments: [2, 10, 100]) func findsTheEndOfABentValley(count: Int) throws {
    var search = LBFGS()
    search.gradientTolerance = 1e-10
    let start = (0..<count).map { $0 % 2 == 0 ? -1.2 : 1 }
    let found = try search.minimise(from: start, Self.rosenbrock)
    #expect(found.convergence == .gradientBelowTolerance)
    #expect(found.gradientNorm <= 1e-10)
    #expect(found.point.allSatisfy { abs($0 - 1) < 1e-9 })
    #expect(found.evaluations < 100)
  }

  @Test func quadraticsOfManyScalesAreSolvedToTheRoundingOfTheirGradient() throws {
    var search = LBFGS()
    search.gradientTolerance = 1e-12
    let scales = (0..<20).map { 1 + 10 * Double($0) }
    let found = try search.minimise(from: [Double](repeating: 1, count: 20)) { x, gradient in
      var value = 1e3
      for index in x.indices {
        let distance = x[index] - Double(index)
        gradient[index] = scales[index] * distance
        value += scales[index] * distance * distance / 2
      }
      return value
    }
    #expect(found.convergence == .gradientBelowTolerance)
    #expect(found.point.enumerated().allSatisfy { abs($0.element - Double($0.offset)) < 1e-12 })
  }

  @Test func aStepOutOfTheDomainIsShortened() throws {
    let found = try LBFGS().minimise(from: [1e-3]) { x, gradient in
      // x - log x, whose domain ends at 0.
      gradient[0] = 1 - 1 / x[0]
      return x[0] > 0 ? x[0] - log(x[0]) : .nan
    }
    #expect(found.convergence.isConverged)
    #expect(abs(found.point[0] - 1) < 1e-6)
  }

  @Test func everyIterationIsReportedAndNeverHigher() throws {
    var reports: [SearchProgress] = []
    let found = try LBFGS().minimise(
      from: [-1.2, 1], report: { reports.append($0) }, Self.rosenbrock)
    #expect(reports.map(\.iteration) == Array(0...found.iterations))
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $1.value <= $0.value })
    #expect(reports.last?.value == found.value)
    #expect(reports.last?.evaluations == found.evaluations)
  }

  @Test func tooFewIterationsAreSaidNotToConverge() throws {
    var search = LBFGS()
    search.maximumIterations = 3
    let found = try search.minimise(from: [-1.2, 1], Self.rosenbrock)
    #expect(found.convergence == .iterationsExhausted)
    #expect(!found.convergence.isConverged)
    #expect(found.iterations == 3)
  }

  @Test func aFunctionWithoutAMinimumIsSaidToBeUnbounded() throws {
    let found = try LBFGS().minimise(from: [0]) { x, gradient in
      gradient[0] = -1
      return -x[0]
    }
    #expect(!found.convergence.isConverged)
  }

  @Test(arguments: [0, -1, Int.min]) func noIterationsEndAtTheStart(most: Int) throws {
    var search = LBFGS()
    search.maximumIterations = most
    let found = try search.minimise(from: [3]) { x, gradient in
      gradient[0] = 2 * x[0]
      return x[0] * x[0]
    }
    #expect(found.convergence == .iterationsExhausted)
    #expect(found.iterations == 0 && found.point == [3])
  }

  @Test func aGradientThatIsNotTheValuesIsSaidNotToConverge() throws {
    let found = try LBFGS().minimise(from: [1]) { x, gradient in
      gradient[0] = -x[0]
      return x[0] * x[0]
    }
    #expect(found.convergence == .noFurtherDecrease)
  }

  @Test func aStartWithoutAValueIsRefused() {
    #expect(throws: InferenceError.notFiniteAtStart) {
      try LBFGS().minimise(from: [0]) { _, _ in .infinity }
    }
    #expect(throws: InferenceError.notFiniteAtStart) {
      try LBFGS().minimise(from: [0]) { _, gradient in
        gradient[0] = .nan
        return 0
      }
    }
  }

  @Test func aMinimumAtTheStartTakesOneEvaluation() throws {
    let found = try LBFGS().minimise(from: [1, 1], Self.rosenbrock)
    #expect(found.evaluations == 1)
    #expect(found.iterations == 0)
    #expect(try LBFGS().minimise(from: []) { _, _ in 3 }.value == 3)
  }

  @Test func whatTheReportThrowsEndsTheSearch() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try LBFGS().minimise(
        from: [-1.2, 1], report: { if $0.iteration == 2 { throw Stop() } }, Self.rosenbrock)
    }
  }

  /// A quadratic with its own Hessian as the preconditioner takes one step, whatever its scales.
  @Test func aPreconditionerThatIsTheHessianLeavesOneStep() throws {
    let scales = (0..<20).map { pow(10, Double($0 % 7) - 3) }
    var search = LBFGS()
    search.gradientTolerance = 1e-12
    func objective(_ x: [Double], _ gradient: inout [Double]) -> Double {
      var value = 0.0
      for index in x.indices {
        gradient[index] = scales[index] * (x[index] - 1)
        value += gradient[index] * (x[index] - 1) / 2
      }
      return value
    }
    let start = [Double](repeating: 0, count: 20)
    let found = try search.minimise(
      from: start,
      preconditioner: { vector in
        for index in vector.indices { vector[index] /= scales[index] }
      }, objective)
    #expect(found.convergence == .gradientBelowTolerance)
    #expect(found.iterations == 1)
    #expect(try search.minimise(from: start, objective).iterations > 10)
  }

  /// One that is not positive definite must not send the search uphill.
  @Test func aPreconditionerOfTheWrongSignIsGivenUp() throws {
    let found = try LBFGS().minimise(
      from: [-1.2, 1],
      preconditioner: { vector in
        for index in vector.indices { vector[index] = -vector[index] }
      }, Self.rosenbrock)
    #expect(found.value < 24.2)
    #expect(found.point.allSatisfy { $0.isFinite })
  }
}
