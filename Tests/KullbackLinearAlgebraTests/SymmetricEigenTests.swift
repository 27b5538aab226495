import KullbackLinearAlgebra
import KullbackMatrix
import Testing

@Suite struct SymmetricEigenTests {
  @Test(arguments: tileSizes + [65], Triangle.allCases)
  func vectorsRebuildTheMatrix(order: Int, triangle: Triangle) throws {
    try check(Float.self, order, triangle)
    try check(Double.self, order, triangle)
  }

  func check<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ n: Int, _ triangle: Triangle
  ) throws {
    var values = Values(seed: UInt64(n) + 3)
    let a = values.positiveDefinite(n, of: Scalar.self)
    let eigen = try LAPACK.syevd(a.poisoned(keeping: triangle), triangle: triangle)
    #expect(eigen.values == eigen.values.sorted())
    var scaled = eigen.vectors
    for i in 0..<n { for j in 0..<n { scaled[i, j] *= eigen.values[j] } }
    // Eigenvalues reach about 2 n.
    let rebuilt = naiveProduct(scaled, eigen.vectors, transposeSecond: true)
    #expect(largestError(a, rebuilt, inner: n) <= 8 * Double(n))
    let gram = naiveProduct(eigen.vectors, eigen.vectors, transposeFirst: true)
    #expect(largestError(Matrix<Scalar>.identity(n), gram, inner: n) <= 8)
    let alone = try LAPACK.syevdValues(a, triangle: triangle)
    for (value, other) in zip(alone, eigen.values) {
      #expect(abs(value - other) <= Scalar(16 * n) * .ulpOfOne * Scalar(2 * n))
    }
  }

  @Test func aKnownPairComesInColumns() throws {
    let a = Matrix<Double>([2, 0, 0, -1], rows: 2, columns: 2)
    let eigen = try LAPACK.syevd(a)
    #expect(eigen.values == [-1, 2])
    #expect(eigen.vectors.values.map(abs) == [0, 1, 1, 0])
  }

  @Test func anEmptyMatrixHasNoValues() throws {
    let none = Matrix<Float>([], rows: 0, columns: 0)
    #expect(try LAPACK.syevd(none).values.isEmpty)
  }

  @Test func refusals() {
    let wide = Matrix<Double>(repeating: 1, rows: 2, columns: 3)
    #expect(
      throws: LinearAlgebraError.notSquare(
        routine: "syevd", OperandShape(rows: 2, columns: 3))
    ) { try LAPACK.syevd(wide) }
    let unknown = Matrix<Double>([1, 0, .nan, 1], rows: 2, columns: 2)
    #expect(throws: LinearAlgebraError.notANumber(routine: "syevd", row: 1, column: 0)) {
      try LAPACK.syevd(unknown)
    }
  }
}
