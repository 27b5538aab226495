import KullbackMatrix
import Testing

/// Bytes of a test's own, with a sign of life.
@safe
private final class Lender: @unchecked Sendable {
  let bytes: UnsafeMutableRawPointer
  private let isGone: UnsafeMutablePointer<Bool>

  init(_ values: [Float], from offset: Int, isGone: UnsafeMutablePointer<Bool>) {
    unsafe bytes = .allocate(byteCount: offset + values.count * 4, alignment: 16)
    unsafe self.isGone = unsafe isGone
    for (index, value) in values.enumerated() {
      // SAFETY: inside the bytes that were just allocated.
      unsafe bytes.storeBytes(of: value, toByteOffset: offset + index * 4, as: Float.self)
    }
  }

  deinit {
    unsafe isGone.pointee = true
    unsafe bytes.deallocate()
  }
}

@Suite struct BorrowedMatrixTests {
  @Test func unalignedRowsWithGapsAreReadWhereTheyLie() {
    var isGone = false
    unsafe withUnsafeMutablePointer(to: &isGone) { flag in
      let lender = unsafe Lender([1, 2, -1, 3, 4, -1, 5, 6], from: 3, isGone: flag)
      let matrix = unsafe Matrix<Float>(
        borrowing: lender.bytes + 3, rows: 3, columns: 2, rowStride: 3, owner: lender)
      #expect(matrix.isBorrowed)
      #expect(matrix.rowStride == 3)
      #expect(matrix.values == [1, 2, 3, 4, 5, 6])
      #expect(matrix.row(2) == [5, 6])
      #expect(matrix[rows: 1..<3].values == [3, 4, 5, 6])
      #expect(matrix == Matrix([[1, 2], [3, 4], [5, 6]]))
      #expect(AnyMatrix(matrix).value(row: 2, column: 1) == 6)
      let third = matrix.withElements { elements, stride in [elements[2 * stride], elements[5]] }
      #expect(third == [5, 6])
    }
  }

  @Test func writingCopiesAndLeavesTheLendersBytesAlone() {
    var isGone = false
    unsafe withUnsafeMutablePointer(to: &isGone) { flag in
      let lender = unsafe Lender([1, 2, -1, 3, 4], from: 0, isGone: flag)
      var matrix = unsafe Matrix<Float>(
        borrowing: lender.bytes, rows: 2, columns: 2, rowStride: 3, owner: lender)
      matrix[1, 0] = 30
      #expect(matrix.values == [1, 2, 30, 4])
      #expect(matrix.rowStride == 2)
      #expect(!matrix.isBorrowed)
      #expect(unsafe lender.bytes.load(fromByteOffset: 12, as: Float.self) == 3)
    }
  }

  @Test func theOwnerLivesAsLongAsTheLastSlice() {
    var isGone = false
    unsafe withUnsafeMutablePointer(to: &isGone) { flag in
      var slice: Matrix<Float>?
      do {
        let lender = unsafe Lender([1, 2, 3, 4], from: 0, isGone: flag)
        slice =
          unsafe Matrix<Float>(
            borrowing: lender.bytes, rows: 2, columns: 2, owner: lender)[rows: 1..<2]
      }
      #expect(unsafe !flag.pointee)
      #expect(slice?.values == [3, 4])
      slice = nil
      #expect(unsafe flag.pointee)
    }
  }

  @Test func rowsThatOverlapTrap() async {
    await #expect(processExitsWith: .failure) {
      let owner = Matrix<Float>(rows: 2, columns: 4)
      unsafe owner.withUnsafeBaseAddress { base in
        _ = unsafe Matrix<Float>(
          borrowing: base, rows: 2, columns: 4, rowStride: 3, owner: Nobody())
      }
    }
  }

  @Test func negativeSizesTrap() async {
    await #expect(processExitsWith: .failure) {
      let owner = Matrix<Float>(rows: 2, columns: 4)
      unsafe owner.withUnsafeBaseAddress { base in
        _ = unsafe Matrix<Float>(borrowing: base, rows: 1, columns: -4, owner: Nobody())
      }
    }
  }
}

private final class Nobody: Sendable {}
