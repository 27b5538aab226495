import KullbackMatrix
import Testing

@Suite struct MatrixTests {
  private let matrix = Matrix<Float>([1, 2, 3, 4, 5, 6], rows: 3, columns: 2)

  @Test func valuesStandRowAfterRow() {
    #expect((matrix.rows, matrix.columns, matrix.rowStride) == (3, 2, 2))
    #expect(matrix[0, 0] == 1)
    #expect(matrix[1, 0] == 3)
    #expect(matrix[2, 1] == 6)
    #expect(matrix.row(1) == [3, 4])
    #expect(matrix.values == [1, 2, 3, 4, 5, 6])
    #expect(matrix == Matrix([[1, 2], [3, 4], [5, 6]]))
    #expect(!matrix.isBorrowed)
  }

  @Test func freshMatricesHoldOneValueEverywhere() {
    #expect(Matrix<Double>(rows: 2, columns: 3).values == [0, 0, 0, 0, 0, 0])
    #expect(Matrix<Int64>(repeating: 7, rows: 2, columns: 2).values == [7, 7, 7, 7])
  }

  @Test func lengthsThatComeFromDataThrow() throws {
    #expect(try Matrix<Float>(checking: [1, 2, 3, 4, 5, 6], rows: 3, columns: 2) == matrix)
    #expect(try Matrix<Float>(checking: [], rows: 0, columns: 7).columns == 7)
    for count in [0, 5, 7] {
      let values = [Float](repeating: 1, count: count)
      #expect(throws: MatrixError.valueCount(count, rows: 3, columns: 2)) {
        try Matrix(checking: values, rows: 3, columns: 2)
      }
    }
    for (rows, columns) in [
      (-1, 2), (2, -1), (-2, -3), (.max, 2), (.max, .max), (1 << 40, 1 << 30),
    ] {
      #expect(throws: MatrixError.invalidShape(rows: rows, columns: columns)) {
        try Matrix<Float>(checking: [1, 2, 3, 4, 5, 6], rows: rows, columns: columns)
      }
    }
    #expect(
      "\(MatrixError.valueCount(5, rows: 3, columns: 2))" == "5 values do not make 3 rows of 2")
  }

  @Test func slicesShareTheMemory() {
    let slice = matrix[rows: 1..<3]
    #expect(slice.values == [3, 4, 5, 6])
    #expect(slice[rows: 1..<2].values == [5, 6])
    let distance = unsafe slice.withUnsafeBaseAddress { inner in
      unsafe matrix.withUnsafeBaseAddress { outer in unsafe inner - outer }
    }
    #expect(distance == 8)
  }

  @Test func writingToACopyLeavesTheOtherAlone() {
    var copy = matrix
    copy[0, 1] = 20
    #expect(copy.values == [1, 20, 3, 4, 5, 6])
    #expect(matrix.values == [1, 2, 3, 4, 5, 6])
  }

  @Test func writingToASliceLeavesTheWholeAlone() {
    var slice = matrix[rows: 1..<2]
    slice[0, 0] = 30
    #expect(slice.values == [30, 4])
    #expect(matrix.values == [1, 2, 3, 4, 5, 6])
  }

  @Test func writingToTheOnlyOwnerDoesNotMoveIt() {
    var own = Matrix<Double>(rows: 2, columns: 2)
    let before = unsafe own.withUnsafeBaseAddress { Int(bitPattern: $0) }
    own[1, 1] = 5
    unsafe own.withUnsafeMutableBaseAddress { base in
      unsafe base.storeBytes(of: 4.0, as: Double.self)
      #expect(Int(bitPattern: base) == before)
    }
    #expect(own.values == [4, 0, 0, 5])
  }

  @Test func writingThroughTheAddressOfASharedMatrixCopiesIt() {
    var copy = matrix
    unsafe copy.withUnsafeMutableBaseAddress { base in
      unsafe base.storeBytes(of: 9, as: Float.self)
    }
    #expect(copy[0, 0] == 9)
    #expect(matrix[0, 0] == 1)
  }

  @Test func noRowsAndNoColumnsAreShapesToo() {
    let noRows = Matrix<Float>([], rows: 0, columns: 4)
    #expect(noRows.values.isEmpty)
    #expect(noRows[rows: 0..<0].rows == 0)
    let noColumns = Matrix<Float>([[], []])
    #expect((noColumns.rows, noColumns.columns) == (2, 0))
    #expect(noColumns.row(1).isEmpty)
    #expect(Matrix<Float>([[Float]]()).rows == 0)
  }

  @Test func largeMemoryIsAlignedToHugePages() {
    let large = Matrix<Float>(rows: 1 << 10, columns: 1 << 10)
    let remainder = unsafe large.withUnsafeBaseAddress { Int(bitPattern: $0) % (2 << 20) }
    #expect(remainder == 0)
    #expect(large[1023, 1023] == 0)
  }

  @Test func equalityLooksAtShapesAndElements() {
    #expect(matrix != Matrix<Float>([1, 2, 3, 4, 5, 6], rows: 2, columns: 3))
    #expect(matrix != Matrix<Float>([1, 2, 3, 4, 5, 7], rows: 3, columns: 2))
    let nan = Matrix<Float>([.nan], rows: 1, columns: 1)
    #expect(nan != nan)
  }
}

@Suite struct MatrixTrapTests {
  @Test func aWrongNumberOfValuesTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>([1, 2, 3], rows: 2, columns: 2)
    }
  }

  @Test func rowsOfDifferentLengthsTrap() async {
    await #expect(processExitsWith: .failure) { _ = Matrix<Float>([[1, 2], [3]]) }
  }

  @Test func sizesWhoseProductOverflowsTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>(rows: 1 << 40, columns: 1 << 40)
    }
  }

  @Test func anElementOutsideTraps() async {
    // Row 0, column 2 would be row 1, column 0 by its address alone.
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>(rows: 2, columns: 2)[0, 2]
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>(rows: 2, columns: 2)[2, 0]
    }
  }

  @Test func aSliceOutsideTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix<Float>(rows: 2, columns: 2)[rows: 1..<3]
    }
  }
}
