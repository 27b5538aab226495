import KullbackMatrix
import Testing

@Suite struct MatrixElementsTests {
  private let matrix = Matrix<Double>([1, 2, 3, 4, 5, 6], rows: 2, columns: 3)

  @Test func elementsOfASliceOfColumnsStandAStrideApart() {
    let slice = matrix[columns: 1..<3]
    let read = slice.withElements { elements, stride in
      (0..<2).map { row in (0..<2).map { elements[row * stride + $0] } }
    }
    #expect(read == [[2, 3], [5, 6]])
    #expect(slice.withElements { elements, _ in elements.count } == 5)
  }

  @Test func matricesWithoutElementsHaveNoneToHandOver() {
    #expect(Matrix<Double>(rows: 0, columns: 3).withElements { elements, _ in elements.count } == 0)
    #expect(Matrix<Double>(rows: 3, columns: 0).withElements { elements, _ in elements.count } == 0)
    #expect(matrix[columns: 1..<1].withElements { elements, _ in elements.count } == 0)
  }

  @Test func writingElementsOfASliceLeavesTheWholeAlone() {
    var slice = matrix[columns: 0..<2]
    slice.withMutableElements { elements, stride in
      for row in 0..<2 { elements[row * stride + 1] = 10 }
    }
    #expect(slice.values == [1, 10, 4, 10])
    #expect(matrix.values == [1, 2, 3, 4, 5, 6])
  }

  @Test func writingElementsOfTheOnlyOwnerDoesNotMoveThem() {
    var own = Matrix<Float>(rows: 2, columns: 2)
    let before = unsafe own.withUnsafeBaseAddress { Int(bitPattern: $0) }
    own.withMutableElements { elements, stride in elements[stride + 1] = 7 }
    #expect(own.values == [0, 0, 0, 7])
    #expect(unsafe own.withUnsafeBaseAddress { Int(bitPattern: $0) } == before)
  }
}
