import KullbackLinearAlgebra
import KullbackMatrix
import Testing

@Suite struct ProductTests {
  @Test(arguments: tileSizes, [false, true])
  func gemmAgreesWithThreeLoops(size: Int, transposed: Bool) throws {
    try checkGemm(Float.self, size, transposed)
    try checkGemm(Double.self, size, transposed)
  }

  func checkGemm<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ m: Int, _ transposed: Bool
  ) throws {
    var values = Values(seed: UInt64(m))
    for n in [1, 3, 8, 15, 17, 33] {
      for k in [1, 17] {
        let a =
          transposed ? values.slice(k, m, of: Scalar.self) : values.slice(m, k, of: Scalar.self)
        let b = values.slice(k, n, of: Scalar.self)
        let c = try BLAS.gemm(a, b, transposeFirst: transposed)
        #expect(c.rows == m && c.columns == n)
        let expected = naiveProduct(a, b, transposeFirst: transposed)
        #expect(largestError(c, expected, inner: k) <= 1)

        let d = values.slice(n, k, of: Scalar.self)
        let e = try BLAS.gemm(a, d, transposeFirst: transposed, transposeSecond: true)
        let both = naiveProduct(a, d, transposeFirst: transposed, transposeSecond: true)
        #expect(largestError(e, both, inner: k) <= 1)
      }
    }
  }

  @Test func gemmScalesAndAdds() throws {
    let a = Matrix<Double>([1, 2, 3, 4], rows: 2, columns: 2)
    var c = Matrix<Double>([10, 20, 30, 40], rows: 2, columns: 2)
    try BLAS.gemm(a, a, alpha: 2, beta: 0.5, into: &c)
    #expect(c.values == [19, 30, 45, 64])
  }

  @Test func gemmOverwritesNaNWhenBetaIsZero() throws {
    let a = Matrix<Float>([1, 2, 3, 4], rows: 2, columns: 2)
    var c = Matrix<Float>([.nan, .nan, .nan, .nan], rows: 2, columns: 2)
    try BLAS.gemm(a, a, into: &c)
    #expect(c.values == [7, 10, 15, 22])
  }

  @Test func gemmLeavesOtherHoldersOfTheStorageAlone() throws {
    let a = Matrix<Double>([1, 2, 3, 4], rows: 2, columns: 2)
    var c = a
    try BLAS.gemm(a, a, into: &c)
    #expect(a.values == [1, 2, 3, 4])
    #expect(c.values == [7, 10, 15, 22])
  }

  @Test func gemmOfNothingIsZero() throws {
    let a = Matrix<Double>([], rows: 2, columns: 0)
    let b = Matrix<Double>([], rows: 0, columns: 3)
    #expect(try BLAS.gemm(a, b).values == [0, 0, 0, 0, 0, 0])
    #expect(try BLAS.gemm(a, a, transposeFirst: true).values.isEmpty)
    #expect(try BLAS.gemm(b, b, transposeFirst: true).values == [Double](repeating: 0, count: 9))
  }

  @Test func gemmNamesBothShapes() {
    let a = Matrix<Float>(repeating: 1, rows: 2, columns: 3)
    let b = Matrix<Float>(repeating: 1, rows: 4, columns: 5)
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "gemm", first: OperandShape(rows: 2, columns: 3),
        second: OperandShape(rows: 4, columns: 5))
    ) { try BLAS.gemm(a, b) }
    var c = Matrix<Float>(repeating: 1, rows: 2, columns: 2)
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "gemm", first: OperandShape(rows: 2, columns: 2),
        second: OperandShape(rows: 2, columns: 3))
    ) {
      var wrong = a
      try BLAS.gemm(a, a, transposeSecond: true, into: &wrong)
    }
    #expect(throws: Never.self) { try BLAS.gemm(a, a, transposeSecond: true, into: &c) }
    #expect(c.values == [3, 3, 3, 3])
  }

  @Test func gemmRefusesAResultThatCannotBeCounted() {
    let a = Matrix<Float>([], rows: 4_000_000_000, columns: 0)
    #expect(throws: LinearAlgebraError.tooLarge(routine: "gemm", size: 4_000_000_000)) {
      try BLAS.gemm(a, a, transposeSecond: true)
    }
  }

  @Test func gemmRefusesASizeOver32Bits() {
    let a = Matrix<Float>([], rows: 0, columns: 3_000_000_000)
    #expect(throws: LinearAlgebraError.tooLarge(routine: "gemm", size: 3_000_000_000)) {
      try BLAS.gemm(a, a, transposeSecond: true)
    }
  }

  @Test(arguments: tileSizes, [false, true])
  func gemvAgreesWithTwoLoops(rows: Int, transposed: Bool) throws {
    try checkGemv(Float.self, rows, transposed)
    try checkGemv(Double.self, rows, transposed)
  }

  func checkGemv<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ rows: Int, _ transposed: Bool
  ) throws {
    var values = Values(seed: 7)
    for columns in tileSizes {
      let a = values.slice(rows, columns, of: Scalar.self)
      let x = values.vector(transposed ? rows : columns, of: Scalar.self)
      let y = try BLAS.gemv(a, x, transpose: transposed)
      let expected = naiveProduct(
        a, Matrix(x, rows: x.count, columns: 1), transposeFirst: transposed)
      let result = Matrix(y, rows: y.count, columns: 1)
      #expect(largestError(result, expected, inner: x.count) <= 1)
    }
  }

  @Test func gemvScalesAndAdds() throws {
    let a = Matrix<Double>([1, 2, 3, 4], rows: 2, columns: 2)
    var y: [Double] = [10, 20]
    try BLAS.gemv(a, [1, 1], alpha: 2, beta: 0.5, into: &y)
    #expect(y == [11, 24])
    var unset: [Double] = [.nan, .nan]
    try BLAS.gemv(a, [1, 1], into: &unset)
    #expect(unset == [3, 7])
    var halved: [Double] = [4, 6]
    try BLAS.gemv(Matrix([], rows: 2, columns: 0), [], beta: 0.5, into: &halved)
    #expect(halved == [2, 3])
  }

  @Test func gemvNamesTheVectorThatDoesNotFit() {
    let a = Matrix<Double>(repeating: 1, rows: 2, columns: 3)
    let shape = OperandShape(rows: 2, columns: 3)
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "gemv", first: shape, second: OperandShape(rows: 2, columns: 1))
    ) { try BLAS.gemv(a, [1, 1]) }
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "gemv", first: shape, second: OperandShape(rows: 5, columns: 1))
    ) {
      var y = [Double](repeating: 0, count: 5)
      try BLAS.gemv(a, [1, 1, 1], into: &y)
    }
  }

  @Test(arguments: tileSizes, [false, true])
  func syrkAgreesWithGemm(size: Int, transposed: Bool) throws {
    try checkSyrk(Float.self, size, transposed)
    try checkSyrk(Double.self, size, transposed)
  }

  func checkSyrk<Scalar: LinearAlgebraScalar>(
    _: Scalar.Type, _ n: Int, _ transposed: Bool
  ) throws {
    var values = Values(seed: UInt64(n) + 100)
    let k = 19
    let a = transposed ? values.slice(k, n, of: Scalar.self) : values.slice(n, k, of: Scalar.self)
    let c = try BLAS.syrk(a, transpose: transposed)
    let expected = naiveProduct(
      a, a, transposeFirst: transposed, transposeSecond: !transposed)
    #expect(largestError(c, expected, inner: k) <= 1)
    for i in 0..<n { for j in 0..<i { #expect(c[i, j] == c[j, i]) } }
  }

  @Test func syrkWritesOneTriangleAlone() throws {
    let a = Matrix<Float>([1, 2], rows: 2, columns: 1)
    var c = Matrix<Float>([1, 7, 1, 1], rows: 2, columns: 2)
    try BLAS.syrk(a, triangle: .lower, beta: 2, into: &c)
    #expect(c.values == [3, 7, 4, 6])
    var d = Matrix<Float>([1, 1, 7, 1], rows: 2, columns: 2)
    try BLAS.syrk(a, triangle: .upper, beta: 2, into: &d)
    #expect(d.values == [3, 4, 7, 6])
  }

  @Test func syrkNamesBothShapes() {
    let a = Matrix<Float>(repeating: 1, rows: 2, columns: 3)
    #expect(
      throws: LinearAlgebraError.shapeMismatch(
        routine: "syrk", first: OperandShape(rows: 2, columns: 3),
        second: OperandShape(rows: 3, columns: 3))
    ) {
      var c = Matrix<Float>(repeating: 1, rows: 3, columns: 3)
      try BLAS.syrk(a, into: &c)
    }
  }
}
