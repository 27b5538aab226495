import KullbackLinearAlgebra
import KullbackMatrix
import Testing

@Suite struct VectorTests {
  @Test(arguments: tileSizes + [63, 64, 65, 10_000])
  func agreeWithPlainSums(count: Int) throws {
    try check(Float.self, count)
    try check(Double.self, count)
  }

  func check<Scalar: LinearAlgebraScalar>(_: Scalar.Type, _ count: Int) throws {
    var values = Values(seed: UInt64(count))
    let x = values.vector(count, of: Scalar.self)
    var y = values.vector(count, of: Scalar.self)
    let bound = Double(count + 2) * Double(Scalar.ulpOfOne)
    let dot = zip(x, y).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(Double(try BLAS.dot(x, y)) - dot) <= bound)
    let norm = x.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(Double(try BLAS.nrm2(x)) - norm) <= bound * norm)
    let expected = zip(x, y).map { Double($0) * 0.5 + Double($1) }
    try BLAS.axpy(0.5, x, into: &y)
    for (value, wanted) in zip(y, expected) {
      #expect(abs(Double(value) - wanted) <= 2 * Double(Scalar.ulpOfOne))
    }
  }

  @Test func normDoesNotOverflow() throws {
    #expect(abs(try BLAS.nrm2([3e200, 4e200]) / 5e200 - 1) < 1e-15)
    #expect(abs(try BLAS.nrm2([3e30, 4e30] as [Float]) / 5e30 - 1) < 1e-6)
  }

  @Test func nothingHasNoLength() throws {
    #expect(try BLAS.dot([], [] as [Float]) == 0)
    #expect(try BLAS.nrm2([] as [Double]) == 0)
    var none: [Double] = []
    try BLAS.axpy(2, [], into: &none)
    #expect(none.isEmpty)
  }

  @Test func notANumberGoesThrough() throws {
    #expect(try BLAS.dot([1, .nan], [1.0, 1]).isNaN)
    #expect(try BLAS.nrm2([1, Double.nan]).isNaN)
  }

  @Test func lengthsMustAgree() {
    let shapes = (OperandShape(rows: 2, columns: 1), OperandShape(rows: 3, columns: 1))
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "dot", first: shapes.0, second: shapes.1)
    ) { try BLAS.dot([1, 2], [1.0, 2, 3]) }
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "axpy", first: shapes.0, second: shapes.1)
    ) {
      var y: [Float] = [1, 2, 3]
      try BLAS.axpy(1, [1, 2], into: &y)
    }
  }
}
