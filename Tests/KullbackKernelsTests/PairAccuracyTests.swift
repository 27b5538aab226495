import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Every quantity against the oracle, within what is promised: 1e-6 relative for inputs of up to 32
/// bits, 1e-12 (divergences) and 1e-13 (entropies) for `Double`, however small the value.
@Suite struct PairAccuracyTests {
  static let floats: [ElementKind] = [.float32, .float64, .float16, .bfloat16]

  @Test(arguments: PairShape.allCases, floats)
  func logitsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for n in lengths {
      let count = rowCount(of: n)
      let (first, second) = shape.rows(n, count: count)
      expectPromise(
        RowOperand(first, as: kind), RowOperand(second, as: kind), rows: 0..<count,
        "\(kind.name) logits, \(shape.rawValue)")
    }
  }

  @Test(arguments: [PairShape.nearlyEqual, .independent, .masked])
  func longRowsAgreeWithTheOracle(shape: PairShape) {
    let (first, second) = shape.rows(70_000, count: 1)
    expectPromise(
      RowOperand(first, as: .float32), RowOperand(second, as: .float32), rows: 0..<1,
      "long logits, \(shape.rawValue)")
  }

  /// The second family is polynomials where log p - log q is moderate, other forms beyond, in lanes that have either.
  @Test(arguments: [0.5, 2.8, 3.1, 5, 12])
  func differencesOfEverySizeAgreeWithTheOracle(size: Double) {
    var generator = SeededGenerator(seed: UInt64(size * 10))
    for n in [5, 33, 300, 1000] {
      let first = (0..<20).map { _ in generator.normals(n).map { 2 * $0 } }
      let second = first.map { row in
        // Now and then one class is as far as `size`, or all are.
        let everywhere = generator.uniform() < 0.5
        return row.map { value in
          let isFar = everywhere || generator.uniform() < 0.02
          return value + (isFar ? size : 0.3) * (2 * generator.uniform() - 1)
        }
      }
      for kind in [ElementKind.float32, .float16] {
        expectPromise(
          RowOperand(first, as: kind), RowOperand(second, as: kind), rows: 0..<20,
          "\(kind.name), differences up to \(size)")
      }
      let operands = [RowOperand(first, as: .float32), RowOperand(second, as: .float32)]
      // Each sum by itself, side by side and one by one.
      for quantity in [
        PairQuantity.jensenShannon, .totalVariation, .hellinger, .triangularDiscrimination,
      ] {
        for set in InstructionSet.available {
          let found = evaluate(
            operands[0], operands[1], rows: 0..<20, quantities: [quantity], on: set)
          for row in 0..<20 {
            let exact = OraclePair(operands[0].oracleRow(row), operands[1].oracleRow(row))[quantity]
            #expect(
              quantity.isWithinPromise(found[quantity][row], exact, single: true),
              "\(quantity) of row \(row), \(n) classes, differences up to \(size), \(set)")
          }
        }
      }
    }
  }

  @Test func theOracleMeetsMagnitudesFromTinyToLarge() {
    // The cases above mean what they say only if they span the magnitudes promised.
    let expected: [(PairShape, ClosedRange<Double>)] = [
      (.nearlyEqual, 1e-14...1e-12), (.close, 1e-9...1e-7), (.far, 1e2...1e4),
    ]
    for (shape, range) in expected {
      let (first, second) = shape.rows(1000, count: 1)
      let operands = [RowOperand(first, as: .float32), RowOperand(second, as: .float32)]
      let pair = OraclePair(operands[0].oracleRow(0), operands[1].oracleRow(0))
      #expect(range.contains(pair.divergence), "\(shape.rawValue): \(pair.divergence)")
    }
  }
}
