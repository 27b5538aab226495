import Foundation
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Matrices whose columns, not rows, lie one after the other.
@Suite struct OrderTests {
  /// Around the lines and tiles that a copy in order goes by.
  static let shapes = [
    (1, 1), (1, 9), (9, 1), (2, 2), (7, 33), (8, 8), (16, 17), (31, 32), (33, 64), (65, 63),
    (130, 3),
    (3, 1000),
  ]

  private func check<Element: MatrixElement>(
    _ shape: (Int, Int), _ generator: inout SeededGenerator, _ make: (UInt64) -> Element
  ) {
    let (rows, columns) = shape
    let values = (0..<rows * columns).map { _ in make(generator.next()) }
    let plain = AnyMatrix(Matrix(values, rows: rows, columns: columns))
    let byColumns = (0..<columns).flatMap { column in
      (0..<rows).map { values[$0 * columns + column] }
    }
    let turned = AnyMatrix(Matrix(byColumns, rows: columns, columns: rows)).transposed()
    #expect((turned.rows, turned.columns, turned.kind) == (rows, columns, plain.kind))
    func same(_ left: AnyMatrix, _ right: AnyMatrix) -> Bool {
      guard left.rows == right.rows, left.columns == right.columns else { return false }
      return bits(left) == bits(right)
    }
    #expect(same(turned, plain))
    #expect(same(turned.inOrder(), plain) && turned.inOrder().isInOrder)
    #expect(same(turned.transposed(), plain.transposed()))
    let some = rows / 3..<(2 * rows + 2) / 3
    #expect(same(turned[rows: some], plain[rows: some]))
    // Tasks that are not done in their order, as threads would.
    let shared = turned[rows: some].inOrder { tasks, body in
      for task in (0..<tasks).reversed() { body(task) }
    }
    #expect(same(shared, plain[rows: some]))
    guard let typed = turned.matrix(of: Element.self), let own = plain.matrix(of: Element.self)
    else {
      Issue.record("the type is lost")
      return
    }
    let part = columns / 4..<(3 * columns + 3) / 4
    #expect(same(AnyMatrix(typed[columns: part]), AnyMatrix(own[columns: part])))
    let places = Array((0..<columns).reversed())
    #expect(same(turned.arranged(columns: places), plain.arranged(columns: places)))
    #expect(
      (0..<rows).allSatisfy { row in
        (0..<columns).allSatisfy { typed[row, $0] == own[row, $0] || own[row, $0] != own[row, $0] }
      })
  }

  /// The bytes of all elements as a closure is shown them.
  private func bits(_ matrix: AnyMatrix) -> [UInt8] {
    let size = matrix.kind.byteCount
    // SAFETY: the rows' bytes lie where the matrix says.
    return unsafe matrix.withUnsafeBaseAddress { base in
      (0..<matrix.rows).flatMap { row in
        unsafe Array(
          UnsafeRawBufferPointer(
            start: base + row * matrix.rowStride * size, count: matrix.columns * size))
      }
    }
  }

  @Test(arguments: shapes)
  func columnsAreReadAsRowsOfEveryType(rows: Int, columns: Int) {
    var generator = SeededGenerator(seed: UInt64(rows * 10_000 + columns))
    let shape = (rows, columns)
    check(shape, &generator) { Float16(bitPattern: UInt16(truncatingIfNeeded: $0)) }
    check(shape, &generator) { BFloat16(bitPattern: UInt16(truncatingIfNeeded: $0)) }
    check(shape, &generator) { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    check(shape, &generator) { Double(bitPattern: $0) }
    check(shape, &generator) { Int32(truncatingIfNeeded: $0) }
    check(shape, &generator) { Int64(bitPattern: $0) }
  }

  @Test func writingCopiesInOrderFirst() {
    let columns = AnyMatrix(Matrix<Float>([1, 2, 3, 4, 5, 6], rows: 2, columns: 3))
    guard var matrix = columns.transposed().matrix(of: Float.self) else { return }
    #expect(!matrix.isInOrder)
    matrix[2, 0] = 30
    #expect(matrix.isInOrder && matrix.values == [1, 4, 2, 5, 30, 6])
    matrix.withMutableElements { elements, stride in elements[stride] = 20 }
    #expect(matrix.values == [1, 4, 20, 5, 30, 6])
    #expect(columns.matrix(of: Float.self)?.values == [1, 2, 3, 4, 5, 6])
  }

  @Test func writingToTheOnlyOneWithItsMemoryCopiesInOrderToo() {
    var matrix: Matrix<Double>? = AnyMatrix(
      Matrix<Double>([1, 2, 3, 4, 5, 6], rows: 3, columns: 2)
    ).transposed().matrix(of: Double.self)
    matrix?.withMutableElements { elements, stride in
      for row in 0..<2 { elements[row * stride] *= 10 }
    }
    #expect(matrix?.values == [10, 3, 5, 20, 4, 6])
  }

  @Test func aMappedFileIsReadAndGivenBackByColumns() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "kullback-\(UUID()).bin")
    defer { try? FileManager.default.removeItem(at: url) }
    let (rows, columns) = (5000, 7)
    let numbers = (0..<rows * columns).map { Int32($0) }
    // SAFETY: the bytes are copied before the call ends.
    try unsafe numbers.withUnsafeBytes { unsafe Data([0, 0, 0, 0] + $0) }.write(to: url)
    let matrix = AnyMatrix(
      mapping: try MappedFile(path: url.path), byteOffset: 4, kind: .int32, rows: columns,
      columns: rows
    ).transposed()
    #expect(matrix.isMapped && !matrix.isInOrder)
    var read: [Int32] = []
    for from in stride(from: 0, to: rows, by: 1300) {
      let block = from..<min(rows, from + 1300)
      matrix.prefetch(rows: block)
      matrix.populate(rows: block)
      read += matrix[rows: block].matrix(of: Int32.self)?.values ?? []
      matrix.release(rows: block)
    }
    #expect(read == (0..<rows).flatMap { row in (0..<columns).map { Int32($0 * rows + row) } })
  }
}
