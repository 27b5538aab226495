import KullbackLinearAlgebra
import KullbackMatrix
import Testing

@Suite struct CholeskyTests {
  static let orders = tileSizes + [64, 65]

  @Test(arguments: orders, Triangle.allCases)
  func factorTimesItsTransposeIsTheMatrix(order: Int, triangle: Triangle) throws {
    try checkFactor(Float.self, order, triangle)
    try checkFactor(Double.self, order, triangle)
  }

  func checkFactor<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ n: Int, _ triangle: Triangle
  ) throws {
    var values = Values(seed: UInt64(n))
    let a = values.positiveDefinite(n, of: Scalar.self)
    let factor = try LAPACK.potrf(a.poisoned(keeping: triangle), triangle: triangle)
    let lower = triangle == .lower
    for i in 0..<n {
      for j in 0..<n where lower ? j > i : j < i { #expect(factor[i, j] == 0) }
    }
    let product = naiveProduct(
      factor, factor, transposeFirst: !lower, transposeSecond: lower)
    // Entries are up to about 2 n; a factorisation's backward error is a small multiple of n ulp.
    #expect(largestError(a, product, inner: n) <= 4 * Double(n))
  }

  @Test(arguments: orders, Triangle.allCases)
  func inverseTimesTheMatrixIsTheIdentity(order: Int, triangle: Triangle) throws {
    try checkInverse(Float.self, order, triangle)
    try checkInverse(Double.self, order, triangle)
  }

  func checkInverse<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ n: Int, _ triangle: Triangle
  ) throws {
    var values = Values(seed: UInt64(n) + 50)
    let a = values.positiveDefinite(n, of: Scalar.self)
    let factor = try LAPACK.potrf(a, triangle: triangle)
    let inverse = try LAPACK.potri(factor: factor, triangle: triangle)
    for i in 0..<n { for j in 0..<i { #expect(inverse[i, j] == inverse[j, i]) } }
    #expect(largestError(Matrix<Scalar>.identity(n), naiveProduct(inverse, a), inner: n) <= 8)
  }

  @Test(arguments: orders, Triangle.allCases)
  func solutionFitsTheMatrix(order: Int, triangle: Triangle) throws {
    try checkSolution(Float.self, order, triangle)
    try checkSolution(Double.self, order, triangle)
  }

  func checkSolution<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ n: Int, _ triangle: Triangle
  ) throws {
    var values = Values(seed: UInt64(n) + 90)
    let a = values.positiveDefinite(n, of: Scalar.self)
    let factor = try LAPACK.potrf(a, triangle: triangle).poisoned(keeping: triangle)
    let b = values.slice(n, 5, of: Scalar.self)
    let x = try LAPACK.potrs(factor: factor, b, triangle: triangle)
    #expect(largestError(b, naiveProduct(a, x), inner: n) <= 8)
  }

  @Test func inPlaceLeavesTheOtherTriangleAlone() throws {
    var a = Matrix<Double>([4, 99, 2, 5], rows: 2, columns: 2)
    try LAPACK.potrf(inPlace: &a)
    #expect(a.values == [2, 99, 1, 2])
    try LAPACK.potri(inPlace: &a)
    #expect(a.values == [0.3125, 99, -0.125, 0.25])
  }

  @Test func intoFormsAgreeWithTheReturningOnes() throws {
    var values = Values(seed: 4)
    let a = values.positiveDefinite(9, of: Double.self)
    let b = values.slice(9, 3, of: Double.self)
    var factor = Matrix<Double>(repeating: .nan, rows: 9, columns: 9)
    var inverse = factor
    var solution = Matrix<Double>(repeating: .nan, rows: 9, columns: 3)
    try LAPACK.potrf(a, into: &factor)
    try LAPACK.potri(factor: factor, into: &inverse)
    try LAPACK.potrs(factor: factor, b, into: &solution)
    #expect(factor.values == (try LAPACK.potrf(a)).values)
    #expect(inverse.values == (try LAPACK.potri(factor: factor)).values)
    #expect(solution.values == (try LAPACK.potrs(factor: factor, b)).values)
    #expect(throws: LinearAlgebraError.self) { try LAPACK.potrf(a, into: &solution) }
  }

  @Test func aRowSliceIsASquareLikeAnyOther() throws {
    let tall = Matrix<Double>([9, 9, 4, 0, 2, 5, 9, 9], rows: 4, columns: 2)
    #expect(try LAPACK.potrf(tall[rows: 1..<3]).values == [2, 0, 1, 2])
    #expect(tall.values == [9, 9, 4, 0, 2, 5, 9, 9])
  }

  @Test func anEmptyMatrixHasAnEmptyFactor() throws {
    let none = Matrix<Double>([], rows: 0, columns: 0)
    #expect(try LAPACK.potrf(none).values.isEmpty)
    #expect(try LAPACK.potri(factor: none).values.isEmpty)
    #expect(try LAPACK.potrs(factor: none, none).values.isEmpty)
  }

  @Test func theFirstBadMinorIsNamed() {
    let a = Matrix<Double>([1, 0, 0, 0, 1, 0, 0, 0, -1], rows: 3, columns: 3)
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 3)) { try LAPACK.potrf(a) }
    let zero = Matrix<Float>(repeating: 0, rows: 2, columns: 2)
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 1)) { try LAPACK.potrf(zero) }
  }

  @Test func notANumberIsRefusedWhereItIsRead() throws {
    let a = Matrix<Double>([4, .nan, 2, 5], rows: 2, columns: 2)
    #expect(try LAPACK.potrf(a, triangle: .lower).values == [2, 0, 1, 2])
    #expect(throws: LinearAlgebraError.notANumber(routine: "potrf", row: 0, column: 1)) {
      try LAPACK.potrf(a, triangle: .upper)
    }
    #expect(throws: LinearAlgebraError.notANumber(routine: "potri", row: 0, column: 1)) {
      try LAPACK.potri(factor: a, triangle: .upper)
    }
  }

  @Test func oppositeInfinitiesAreNotTakenForNaN() throws {
    let a = Matrix<Double>([4, 0, 0, 0, 4, 0, .infinity, -.infinity, 4], rows: 3, columns: 3)
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 3)) { try LAPACK.potrf(a) }
  }

  @Test func aSingularFactorIsRefused() {
    let factor = Matrix<Double>([1, 0, 1, 0], rows: 2, columns: 2)
    let right = Matrix<Double>([1, 1], rows: 2, columns: 1)
    #expect(throws: LinearAlgebraError.singular(index: 1)) { try LAPACK.potri(factor: factor) }
    #expect(throws: LinearAlgebraError.singular(index: 1)) {
      try LAPACK.potrs(factor: factor, right)
    }
  }

  @Test func shapesAreChecked() {
    let wide = Matrix<Double>(repeating: 1, rows: 2, columns: 3)
    let shape = OperandShape(rows: 2, columns: 3)
    #expect(throws: LinearAlgebraError.notSquare(routine: "potrf", shape)) {
      try LAPACK.potrf(wide)
    }
    #expect(throws: LinearAlgebraError.notSquare(routine: "potri", shape)) {
      try LAPACK.potri(factor: wide)
    }
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "trsm", first: OperandShape(rows: 3, columns: 3), second: shape)
    ) { try LAPACK.potrs(factor: .identity(3), wide) }
  }
}

extension Matrix where Element: LinearAlgebraScalar {
  static func identity(_ order: Int) -> Matrix {
    var result = Matrix(repeating: 0, rows: order, columns: order)
    for index in 0..<order { result[index, index] = 1 }
    return result
  }
}
