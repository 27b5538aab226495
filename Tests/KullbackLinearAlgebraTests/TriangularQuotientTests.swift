import KullbackLinearAlgebra
import KullbackMatrix
import KullbackTestSupport
import Testing

@Suite struct TriangularQuotientTests {
  private func triangle(_ order: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    var result = Matrix<Double>(rows: order, columns: order)
    for row in 0..<order {
      for column in 0..<row { result[row, column] = generator.normal() / Double(order) }
      result[row, row] = 1 + generator.uniform()
    }
    return result
  }

  /// Around the panels of 64 columns.
  @Test(arguments: [0, 1, 2, 5, 63, 64, 65, 127, 128, 130])
  func isWhatTheWholeSolutionGives(order: Int) throws {
    let (l, b) = (triangle(order, seed: 1), triangle(order, seed: 2))
    let whole = try BLAS.trsm(l, b)
    var quotient = b
    try BLAS.triangularQuotient(l, inPlace: &quotient)
    for row in 0..<order {
      for column in 0..<order {
        #expect(abs(quotient[row, column] - whole[row, column]) <= 1e-14)
        if column > row { #expect(quotient[row, column] == 0) }
      }
    }
  }

  @Test func aTriangleByItselfIsTheIdentity() throws {
    let l = triangle(70, seed: 3)
    var quotient = l
    try BLAS.triangularQuotient(l, inPlace: &quotient)
    for row in 0..<70 {
      for column in 0..<row { #expect(abs(quotient[row, column]) < 1e-14) }
      #expect(abs(quotient[row, row] - 1) < 1e-15)
    }
  }

  @Test func whatDoesNotFitIsRefusedAndLeftAlone() {
    let l = triangle(3, seed: 4)
    var wrong = triangle(4, seed: 5)
    let before = wrong
    #expect(throws: LinearAlgebraError.self) {
      try BLAS.triangularQuotient(l, inPlace: &wrong)
    }
    #expect(wrong == before)
    var flat = Matrix<Double>(rows: 3, columns: 2)
    #expect(throws: LinearAlgebraError.self) { try BLAS.triangularQuotient(l, inPlace: &flat) }
    var singular = l
    singular[1, 1] = 0
    var right = triangle(3, seed: 6)
    #expect(throws: LinearAlgebraError.singular(index: 1)) {
      try BLAS.triangularQuotient(singular, inPlace: &right)
    }
  }

  @Test func aNaNGoesThrough() throws {
    var l = triangle(3, seed: 7)
    l[2, 0] = .nan
    var right = triangle(3, seed: 8)
    try BLAS.triangularQuotient(l, inPlace: &right)
    #expect(right[2, 0].isNaN && right[1, 0].isFinite)
  }
}
