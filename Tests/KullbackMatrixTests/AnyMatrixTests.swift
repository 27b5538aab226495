import KullbackMatrix
import Testing

@Suite struct AnyMatrixTests {
  private func check<Element: MatrixElement>(_ values: [Element], are doubles: [Double]) {
    let matrix = AnyMatrix(Matrix(values, rows: 2, columns: 2))
    #expect(matrix.kind == Element.elementKind)
    #expect(matrix.byteCount == 4 * MemoryLayout<Element>.size)
    let read = [
      matrix.value(row: 0, column: 0), matrix.value(row: 0, column: 1),
      matrix.value(row: 1, column: 0), matrix.value(row: 1, column: 1),
    ]
    #expect(read == doubles)
    #expect(matrix.matrix(of: Element.self)?.values == values)
  }

  @Test func everyKindIsReadAsDoubles() {
    check(
      [1.5, -2, .infinity, .leastNonzeroMagnitude] as [Float], are: [1.5, -2, .infinity, 0x1p-149])
    check(
      [1.5, -2, .infinity, .leastNonzeroMagnitude] as [Double],
      are: [1.5, -2, .infinity, .leastNonzeroMagnitude])
    check([1.5, -2, .infinity, 65504] as [Float16], are: [1.5, -2, .infinity, 65504])
    check([1.5, -2, 3, 256].map { BFloat16($0) }, are: [1.5, -2, 3, 256])
    check([1, -2, .max, .min] as [Int32], are: [1, -2, 2_147_483_647, -2_147_483_648])
    check([1, -2, 3, .min] as [Int64], are: [1, -2, 3, -0x1p63])
  }

  @Test func aMatrixIsNotOfAnotherType() {
    let matrix = AnyMatrix(Matrix<Float16>(rows: 1, columns: 1))
    #expect(matrix.matrix(of: BFloat16.self) == nil)
    #expect(matrix.matrix(of: Float.self) == nil)
  }

  @Test func slicesAreThoseOfTheMatrix() {
    let matrix = AnyMatrix(Matrix<Float>([1, 2, 3, 4, 5, 6], rows: 3, columns: 2))
    #expect(matrix[rows: 1..<3].matrix(of: Float.self)?.values == [3, 4, 5, 6])
    #expect(matrix[rows: 1..<3][rows: 1..<2].value(row: 0, column: 1) == 6)
  }

  @Test func writingToAMatrixLeavesItsUntypedCopyAlone() {
    var matrix = Matrix<Float>([1, 2], rows: 1, columns: 2)
    let copy = AnyMatrix(matrix)
    matrix[0, 0] = 10
    #expect(copy.value(row: 0, column: 0) == 1)
  }

  @Test func memoryThatIsNotMappedIgnoresAdvice() {
    let matrix = AnyMatrix(Matrix<Float>([1, 2, 3, 4], rows: 2, columns: 2))
    matrix.prefetch(rows: 0..<2)
    matrix.release(rows: 0..<2)
    #expect(!matrix.isMapped)
    #expect(matrix.matrix(of: Float.self)?.values == [1, 2, 3, 4])
  }
}
