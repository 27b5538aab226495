import KullbackMatrix
import Testing

@testable import KullbackKernels

@Suite struct OrderedRowsTests {
  @Test(arguments: [2, 100, 1000, 32_768, 70_000, 262_144, 300_000, 1 << 22])
  func copiesAreBoundedAndHaveWholePagesWhereMemoryAllows(classes: Int) {
    let matrix = AnyMatrix(Matrix<Float>(rows: classes, columns: 2)).transposed()
    let rows = RowOperand(matrix, form: .logits, tolerance: 1).orderedRows
    let bytes = rows * classes * 4
    #expect(bytes <= 1 << 30 && bytes > 60 << 20)
    #expect(rows * 4 >= 4096 || (rows + 1) * classes * 4 > 1 << 30)
  }
}
