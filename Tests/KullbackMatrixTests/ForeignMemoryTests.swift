import KullbackMatrix
import Testing

private final class Nobody: Sendable {}

private struct Nowhere: Error {}

/// Memory of a caller's, whose shape and strides come from data: errors, not traps.
@Suite struct ForeignMemoryTests {
  private static let elements: [Float] = (0..<24).map(Float.init)

  private func borrowed(
    rows: Int, columns: Int, rowStride: Int? = nil, columnStride: Int = 1
  ) throws -> AnyMatrix {
    try unsafe Self.elements.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { throw Nowhere() }
      // Only the first elements are copied out while they are there.
      return try unsafe AnyMatrix(
        Matrix(
          AnyMatrix(
            borrowing: base, kind: .float32, rows: rows, columns: columns, rowStride: rowStride,
            columnStride: columnStride, owner: Nobody()
          ).matrix(of: Float.self)?.values ?? [], rows: rows, columns: columns))
    }
  }

  private func values(_ matrix: AnyMatrix) -> [Float] {
    matrix.matrix(of: Float.self)?.values ?? []
  }

  @Test func stridesSayWhereElementsLie() throws {
    #expect(try values(borrowed(rows: 2, columns: 3)) == [0, 1, 2, 3, 4, 5])
    #expect(try values(borrowed(rows: 2, columns: 3, rowStride: 8)) == [0, 1, 2, 8, 9, 10])
    #expect(
      try values(borrowed(rows: 2, columns: 3, rowStride: 1, columnStride: 2)) == [
        0, 2, 4, 1, 3, 5,
      ])
    #expect(
      try values(borrowed(rows: 2, columns: 3, rowStride: 12, columnStride: 4)) == [
        0, 4, 8, 12, 16, 20,
      ])
    #expect(try values(borrowed(rows: 3, columns: 1, rowStride: 7, columnStride: 0)) == [0, 7, 14])
    #expect(try values(borrowed(rows: 1, columns: 2, rowStride: -5)) == [0, 1])
    #expect(try values(borrowed(rows: 0, columns: 5, rowStride: -5)) == [])
    #expect(try values(borrowed(rows: 5, columns: 0, rowStride: 0, columnStride: -1)) == [])
  }

  @Test(arguments: [
    (-1, 3, 3, 1), (2, -3, 3, 1), (.max, 2, 2, 1), (.max, .max, 1, 1), (2, 3, 2, 1), (2, 3, 0, 1),
    (2, 3, -3, 1), (2, 3, .min, 1), (2, 3, .max, 1), (2, 3, 3, 0), (2, 3, 3, -1), (2, 3, 1, .max),
    (2, 3, 0, 2), (3, 3, .max / 2, .max / 2),
  ])
  func whatCannotBeThrows(rows: Int, columns: Int, rowStride: Int, columnStride: Int) throws {
    #expect(throws: MatrixError.self) {
      try borrowed(
        rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride)
    }
    var memory = [Float](repeating: 0, count: 1)
    unsafe memory.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress, columnStride == 1 else { return }
      #expect(throws: MatrixError.self) {
        _ = try unsafe Matrix<Float>(
          overwriting: base, rows: rows, columns: columns, rowStride: rowStride, owner: Nobody())
      }
    }
  }

  @Test func resultsGoWhereTheyAreWanted() throws {
    var memory = [Float](repeating: -1, count: 8)
    try unsafe memory.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { throw Nowhere() }
      var matrix = try unsafe Matrix<Float>(
        overwriting: base, rows: 2, columns: 2, rowStride: 4, owner: Nobody())
      #expect(!matrix.isBorrowed)
      matrix[0, 1] = 5
      matrix.withMutableElements { elements, stride in elements[stride] = 6 }
      // A copy beside it has memory of its own from here on.
      let copy = matrix
      matrix[1, 1] = 7
      #expect(copy[1, 1] == -1)
    }
    #expect(memory == [-1, 5, -1, -1, 6, -1, -1, -1])
  }

  @Test func resultsHaveToBeAligned() throws {
    var memory = [Double](repeating: 0, count: 4)
    try unsafe memory.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { throw Nowhere() }
      #expect(throws: MatrixError.misaligned(byteCount: 8)) {
        _ = try unsafe Matrix<Double>(overwriting: base + 4, rows: 1, columns: 1, owner: Nobody())
      }
    }
  }
}
