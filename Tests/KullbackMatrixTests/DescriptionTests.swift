import KullbackMatrix
import Testing

@Suite struct DescriptionTests {
  @Test func aSmallMatrixIsPrintedWholeAndAligned() {
    #expect(
      "\(Matrix<Double>([[4, -2.5], [2, 0.1 + 0.2]]))" == """
        2 x 2 float64
             4  -2.5
             2   0.3
        """)
    #expect("\(Matrix<Int64>([[.max]]))" == "1 x 1 int64\n  9223372036854775807")
    #expect("\(Matrix<Float>([[.infinity, .nan]]))" == "1 x 2 float32\n  inf  nan")
    #expect("\(Matrix<Float>(rows: 0, columns: 3))" == "0 x 3 float32")
    #expect("\(Matrix<Float>(rows: 9, columns: 0))".hasPrefix("9 x 0 float32"))
  }

  @Test func aLargeMatrixShowsItsShapeAndBeginning() {
    let text = "\(AnyMatrix(Matrix<Float>(repeating: 1.5, rows: 1000, columns: 2000)))"
    let lines = text.split(separator: "\n")
    #expect(lines.count == 8)
    #expect(lines[0] == "1000 x 2000 float32")
    #expect(lines[1] == "  1.5  1.5  1.5  1.5  1.5  1.5  ...")
    #expect(lines[7] == "  ...")
  }

  @Test(arguments: [
    (0.0, "0"), (1, "1"), (-3, "-3"), (0.1 + 0.2, "0.3"), (123_456, "123460"),
    (123_456.7, "123460"),
    (1_234_567, "1.2346e+6"), (0.00012345678, "0.00012346"), (0.000012345678, "1.2346e-5"),
    (9.99999, "10"), (99999.9, "100000"), (0.999999, "1"), (9.99996e-5, "0.0001"),
    (.leastNonzeroMagnitude, "5e-324"), (.greatestFiniteMagnitude, "1.7977e+308"),
    (-2.5e20, "-2.5e+20"),
    (.infinity, "inf"), (-.infinity, "-inf"),
  ])
  func numbersHaveFiveDigits(value: Double, text: String) {
    #expect(value.spelt(digits: 5) == text)
  }

  @Test func roundedTextIsAsNearAsItsDigitsAllow() {
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: state)
      guard value.isFinite, value.isNormal else { continue }
      for digits in [1, 2, 5, 12] {
        let text = value.spelt(digits: digits)
        guard let back = Double(text) else {
          Issue.record("\(text) is no number")
          continue
        }
        var half = 5.0
        for _ in 0..<digits { half /= 10 }
        #expect(
          back.isInfinite || abs(back - value) <= half * 1.000001 * abs(value), "\(value) \(text)")
      }
    }
  }

  @Test func wholeNumbersHaveNoPoint() {
    for (value, text) in [(-0.0, "0"), (2, "2"), (0.5, "0.5"), (-3, "-3"), (1e300, "1e+300")] {
      #expect(value.spelt == text)
    }
  }
}
