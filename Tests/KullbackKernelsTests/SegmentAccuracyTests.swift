import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The suites of pairs, power sums and rows once more, with rows of several segments.
@Suite(.segments(of: 512)) struct SegmentAccuracyTests {
  @Test(arguments: PairShape.allCases, PairAccuracyTests.floats)
  func pairsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for n in kind == .float32 ? segmentedLengths : [600] {
      let (a, b) = shape.rows(n, count: 1)
      expectPromise(
        RowOperand(a, as: kind), RowOperand(b, as: kind), rows: 0..<1,
        "\(kind.name) logits, \(shape.rawValue)")
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsOfPairsMix(first: Form, second: Form) {
    for kind in [ElementKind.float32, .float64] {
      for shape in [PairShape.nearlyEqual, .pointMass, .maskedBoth] {
        let (a, b) = shape.rows(1100, count: 1)
        expectPromise(
          RowOperand(logits: a, as: first, kind), RowOperand(logits: b, as: second, kind),
          rows: 0..<1, "\(kind.name) \(first) and \(second), \(shape.rawValue)")
      }
    }
  }

  @Test(arguments: [(2, 2), (0.7, 3)])
  func pairsAtTemperaturesAgreeWithTheOracle(first: Double, second: Double) {
    for kind in [ElementKind.float32, .float64] {
      let (a, b) = PairShape.similar.rows(1100, count: 1)
      expectPromise(
        RowOperand(a, as: kind, temperature: first), RowOperand(b, as: kind, temperature: second),
        rows: 0..<1, "\(kind.name) at \(first) and \(second)")
    }
  }

  @Test(arguments: PairShape.allCases)
  func powerSumsAgreeWithTheOracle(shape: PairShape) {
    for (n, kind) in [(513, ElementKind.float32), (1100, .float64), (1600, .float16)] {
      let (a, b) = shape.rows(n, count: 1)
      PowerSumTests().expectPromise(
        RowOperand(a, as: kind), RowOperand(b, as: kind), rows: 0..<1,
        orders: [-1, 0.5, 0.999, 2, 50, .infinity], "\(kind.name) logits, \(shape.rawValue)")
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsOfPowerSumsMix(first: Form, second: Form) {
    for (shape, kind) in [(PairShape.similar, ElementKind.float32), (.maskedBoth, .float64)] {
      let (a, b) = shape.rows(1100, count: 1)
      PowerSumTests().expectPromise(
        RowOperand(logits: a, as: first, kind), RowOperand(logits: b, as: second, kind),
        rows: 0..<1, orders: [-1, 0.5, 2, .infinity], "\(kind.name) \(first) and \(second)")
    }
  }

  @Test(arguments: PairShape.allCases, [ElementKind.float32, .float64, .float16, .bfloat16])
  func rowsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for n in kind == .float32 ? segmentedLengths : [600] {
      let (rows, _) = shape.rows(n, count: 1)
      RowTests().expectPromise(RowOperand(rows, as: kind), "\(kind.name) \(shape.rawValue)")
    }
    let (rows, _) = shape.rows(600, count: 1)
    RowTests().expectPromise(
      RowOperand(rows, as: kind, temperature: 0.7), "\(kind.name) \(shape.rawValue) at 0.7")
    RowTests().expectPromise(
      RowOperand(logits: rows, as: .weights, kind), "\(kind.name) \(shape.rawValue) as weights")
  }
}

/// The golden table once more, every row in as many segments as it can have, or in a few.
@Suite struct SegmentGoldenTests {
  private static let lengths = [1, 16]

  private func inSegments(_ body: () throws -> Void) rethrows {
    for length in Self.lengths { try Segments.$length.withValue(length) { try body() } }
  }

  @Test(arguments: GoldenCase.all)
  func everyQuantityIsAsPromised(golden: GoldenCase) {
    inSegments { GoldenTests().everyQuantityIsAsPromised(golden: golden) }
  }

  @Test(arguments: GoldenCase.all)
  func everyPowerSumIsAsPromised(golden: GoldenCase) throws {
    try inSegments { try GoldenTests().everyPowerSumIsAsPromised(golden: golden) }
  }

  @Test(arguments: GoldenCase.all.filter { $0.elements != nil })
  func elementsAreAsPromised(golden: GoldenCase) throws {
    try inSegments { try GoldenTests().elementsAreAsPromised(golden: golden) }
  }
}
