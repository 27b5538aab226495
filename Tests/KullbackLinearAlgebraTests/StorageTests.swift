import KullbackLinearAlgebra
import KullbackMatrix
import Testing

/// Bytes that a matrix borrows.
private final class Bytes: Sendable {
  let values: [UInt8]

  init(_ values: [UInt8]) { self.values = values }
}

@Suite struct StorageTests {
  /// The matrix in memory that begins one byte after an aligned address and has gaps between rows.
  private func lent(_ matrix: Matrix<Double>, gap: Int) -> Matrix<Double> {
    let width = MemoryLayout<Double>.stride
    let rowStride = matrix.columns + gap
    var bytes = [UInt8](repeating: 0xFF, count: matrix.rows * rowStride * width + 1)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let pattern = matrix[row, column].bitPattern.littleEndian
        for byte in 0..<width {
          let place = (row * rowStride + column) * width + 1 + byte
          bytes[place] = UInt8(truncatingIfNeeded: pattern >> (8 * UInt64(byte)))
        }
      }
    }
    let owner = Bytes(bytes)
    // SAFETY: the owner never changes its array, whose elements stay where they are while it lives.
    return unsafe owner.values.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return matrix }
      return unsafe Matrix(
        borrowing: base + 1, rows: matrix.rows, columns: matrix.columns, rowStride: rowStride,
        owner: owner)
    }
  }

  @Test func lentMemoryNeedNeitherAlignmentNorAdjacentRows() throws {
    var values = Values(seed: 11)
    let a = values.matrix(5, 7, of: Double.self)
    let b = values.matrix(7, 3, of: Double.self)
    let expected = try BLAS.gemm(a, b)
    #expect(try BLAS.gemm(lent(a, gap: 2), lent(b, gap: 0)) == expected)
    #expect(try BLAS.gemv(lent(a, gap: 3), [1, 0, 0, 0, 0, 0, 0]) == (0..<5).map { a[$0, 0] })
    #expect(try BLAS.syrk(lent(a, gap: 1)) == (try BLAS.syrk(a)))
  }

  @Test func lentMemoryIsCopiedBeforeItIsWritten() throws {
    var values = Values(seed: 12)
    let a = values.positiveDefinite(6, of: Double.self)
    let borrowed = lent(a, gap: 4)
    #expect(try LAPACK.potrf(borrowed) == (try LAPACK.potrf(a)))
    var factor = borrowed
    try LAPACK.potrf(inPlace: &factor)
    #expect(borrowed == a)
    #expect(!factor.isBorrowed)
  }
}
