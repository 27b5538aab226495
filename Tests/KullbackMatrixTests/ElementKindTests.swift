import KullbackMatrix
import Testing

@Suite struct ElementKindTests {
  private func check<Element: MatrixElement>(_ type: Element.Type, _ name: String) {
    #expect(Element.elementKind.byteCount == MemoryLayout<Element>.size)
    #expect(Element.elementKind.name == name)
  }

  @Test func kindsHaveTheSizesOfTheirTypes() {
    check(Float.self, "float32")
    check(Double.self, "float64")
    check(Float16.self, "float16")
    check(BFloat16.self, "bfloat16")
    check(Int32.self, "int32")
    check(Int64.self, "int64")
  }

  // The C kernels know the kinds by these numbers.
  @Test func numbersAreThoseOfTheKernels() {
    #expect(ElementKind.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    #expect(
      ElementKind.allCases == [.float32, .float64, .float16, .bfloat16, .int32, .int64])
  }

  @Test func onlyWholeNumbersAreIntegers() {
    #expect(ElementKind.allCases.filter(\.isInteger) == [.int32, .int64])
  }
}
