import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Rows that are equal bit for bit, against comparing each with all before it.
@Suite struct EqualRowTests {
  /// Around what is read of a row at first, 128 bytes, and its words.
  @Test(arguments: [1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 200])
  func theFirstEqualRowIsFound(_ columns: Int) {
    expectFirst(Float.self, columns)
    expectFirst(Double.self, columns)
    expectFirst(BFloat16.self, columns)
  }

  private func expectFirst<Element: MatrixElement>(_: Element.Type, _ columns: Int) {
    var generator = SeededGenerator(seed: UInt64(columns))
    // Bytes of few rows, of which some differ in one byte alone.
    let size = MemoryLayout<Element>.size
    let base = (0..<columns * size).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let kinds = (0..<30).map { kind in
      var bytes = base
      if kind > 0 { bytes[Int.random(in: bytes.indices, using: &generator)] ^= UInt8(kind) }
      return bytes
    }
    func matrix(_ rows: [Int]) -> AnyMatrix {
      let values = rows.flatMap { row in
        (0..<columns).map { column in
          // SAFETY: so many bytes are an element, and any are.
          unsafe kinds[row][column * size..<(column + 1) * size].withUnsafeBytes {
            unsafe $0.loadUnaligned(as: Element.self)
          }
        }
      }
      return AnyMatrix(Matrix(values, rows: rows.count, columns: columns))
    }
    let some = (0..<2).map { _ in (0..<60).map { _ in Int.random(in: 0..<30, using: &generator) } }
    let bytes = some.flatMap { $0 }.map { kinds[$0] }
    let expected = bytes.indices.map { row in bytes.firstIndex(of: bytes[row]) ?? -1 }
    for threads in [1, 2] {
      #expect(firstEqualRows(some.map(matrix), threads: threads) == expected)
    }
    #expect(firstEqualRows([matrix(some[0])]) == Array(expected[0..<60]))
    #expect(firstEqualRows([matrix([])]).isEmpty)
  }
}
