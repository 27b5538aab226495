import KullbackLinearAlgebra
import KullbackMatrix
import Testing

@Suite struct TrsmTests {
  @Test(arguments: [1, 3, 8, 17, 33], [5, 17])
  func solutionFitsInEveryCombination(m: Int, n: Int) throws {
    for side in Side.allCases {
      for triangle in Triangle.allCases {
        for transpose in [false, true] {
          for unit in [false, true] {
            try check(Float.self, m, n, side, triangle, transpose, unit)
            try check(Double.self, m, n, side, triangle, transpose, unit)
          }
        }
      }
    }
  }

  func check<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ m: Int, _ n: Int, _ side: Side, _ triangle: Triangle, _ transpose: Bool,
    _ unit: Bool
  ) throws {
    var values = Values(seed: UInt64(m * 100 + n))
    let order = side == .left ? m : n
    var a: Matrix<Scalar> = values.matrix(order, order, of: Scalar.self)
    // Small beside the diagonal, so that the solution stays small and the bound below holds.
    for i in 0..<order {
      for j in 0..<order { a[i, j] = i == j ? 2 + a[i, j] : a[i, j] / Scalar(order) }
    }
    // What must not be read is NaN: the other triangle and, where it counts as ones, the diagonal.
    var given = a.poisoned(keeping: triangle)
    if unit { for i in 0..<order { given[i, i] = .nan } }
    let b = values.slice(m, n, of: Scalar.self)
    let x = try BLAS.trsm(
      given, b, side: side, triangle: triangle, transpose: transpose, unitDiagonal: unit, alpha: 2)

    var whole = a
    for i in 0..<order {
      for j in 0..<order where triangle == .lower ? j > i : j < i { whole[i, j] = 0 }
      if unit { whole[i, i] = 1 }
    }
    let product =
      side == .left
      ? naiveProduct(whole, x, transposeFirst: transpose)
      : naiveProduct(x, whole, transposeSecond: transpose)
    var doubled = b
    for i in 0..<m { for j in 0..<n { doubled[i, j] = 2 * b[i, j] } }
    #expect(largestError(doubled, product, inner: order) <= 16)
  }

  @Test func aZeroOnTheDiagonalIsRefusedAndNothingIsWritten() {
    let a = Matrix<Float>([1, 0, 5, 0], rows: 2, columns: 2)
    var b = Matrix<Float>([1, 2], rows: 2, columns: 1)
    #expect(throws: LinearAlgebraError.singular(index: 1)) { try BLAS.trsm(a, inPlace: &b) }
    #expect(b.values == [1, 2])
    #expect(throws: Never.self) { try BLAS.trsm(a, inPlace: &b, unitDiagonal: true) }
    #expect(b.values == [1, -3])
  }

  @Test func theIntoFormLeavesTheRightSideAlone() throws {
    let a = Matrix<Double>([2, 0, 0, 4], rows: 2, columns: 2)
    let b = Matrix<Double>([9, 2, 4, 9], rows: 4, columns: 1)[rows: 1..<3]
    var x = Matrix<Double>(repeating: .nan, rows: 2, columns: 1)
    try BLAS.trsm(a, b, into: &x)
    #expect(x.values == [1, 1])
    #expect(b.values == [2, 4])
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "trsm", first: OperandShape(rows: 2, columns: 1),
        second: OperandShape(rows: 1, columns: 2))
    ) {
      var wrong = Matrix<Double>(repeating: 0, rows: 1, columns: 2)
      try BLAS.trsm(a, b, into: &wrong)
    }
  }

  @Test func shapesAreChecked() {
    let wide = Matrix<Double>(repeating: 1, rows: 2, columns: 3)
    let square = Matrix<Double>.identity(3)
    #expect(
      throws: LinearAlgebraError.notSquare(
        routine: "trsm", OperandShape(rows: 2, columns: 3))
    ) { try BLAS.trsm(wide, wide) }
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "trsm", first: OperandShape(rows: 3, columns: 3),
        second: OperandShape(rows: 2, columns: 3))
    ) { try BLAS.trsm(square, wide) }
    #expect(throws: Never.self) { try BLAS.trsm(square, wide, side: .right) }
  }
}
