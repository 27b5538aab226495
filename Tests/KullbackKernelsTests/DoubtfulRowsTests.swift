import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Short rows are evaluated side by side, and those in doubt wait until there are enough of them for another look: none
/// of that may be seen in what a row comes to.
@Suite struct DoubtfulRowsTests {
  /// Why a row is looked at again, or evaluated by itself.
  private static let doubts: [PairShape] = [
    .pointMass, .crossedPointMasses, .shifted, .nearlyEqual, .rising, .masked, .far,
  ]

  /// What short rows are asked for side by side: the place of the largest class is not.
  private static let families = quantityFamilies.map { $0.filter { $0 != .sameLargest } }

  /// As many rows of doubt among `width` as `count` says, the first at place `from`.
  private func rows(
    _ n: Int, width: Int, counts: [Int], _ generator: inout SeededGenerator
  ) -> (first: [[Double]], second: [[Double]]) {
    var pairs: [(first: [Double], second: [Double])] = []
    for (group, count) in counts.enumerated() {
      for place in 0..<width {
        let isDoubtful = (place + 5 * group) % width < count
        let shape = isDoubtful ? Self.doubts[pairs.count % Self.doubts.count] : .close
        var pair = shape.rows(n, &generator)
        if !isDoubtful { pair = (pair.first.map { $0 / 6 }, pair.second.map { $0 / 6 }) }
        pairs.append(pair)
      }
    }
    return (pairs.map(\.first), pairs.map(\.second))
  }

  @Test(arguments: [3, 40, 64, 130, 256], PairTests.types)
  func whatStandsBesideARowChangesNoBit(n: Int, kind: ElementKind) {
    var generator = SeededGenerator(seed: UInt64(n))
    // Every number of doubtful rows in 16, and a group that is not full at the end.
    let (a, b) = rows(n, width: 16, counts: Array(0...16), &generator)
    let count = a.count - 5
    for form in [Form.logits, .logProbabilities] {
      let (first, second) = (
        RowOperand(logits: a, as: form, kind), RowOperand(logits: b, as: form, kind)
      )
      for set in InstructionSet.available {
        for quantities in Self.families {
          let whole = evaluate(first, second, rows: 0..<count, quantities: quantities, on: set)
          let shared = evaluate(
            first, second, rows: 0..<count, quantities: quantities, threads: 2, on: set)
          for row in 0..<count {
            let alone = evaluate(
              first, second, rows: row..<row + 1, quantities: quantities, on: set)
            for quantity in quantities {
              let bits = whole[quantity][row].bitPattern
              #expect(
                alone[quantity][0].bitPattern == bits && shared[quantity][row].bitPattern == bits,
                "row \(row) of \(n) classes, \(kind.name) \(form), \(quantity), \(set)")
            }
          }
        }
      }
    }
  }

  @Test(arguments: [3, 40, 64, 130, 256])
  func everyRowIsAsPromised(n: Int) {
    var generator = SeededGenerator(seed: UInt64(n) + 1)
    let (a, b) = rows(n, width: 16, counts: [3, 16, 0, 1, 9], &generator)
    for kind in PairTests.types {
      expectPromise(
        RowOperand(a, as: kind), RowOperand(b, as: kind), rows: 0..<a.count - 3,
        "\(kind.name), \(n) classes")
    }
  }

  /// Blocks that begin and end anywhere have other rows side by side.
  @Test(arguments: [10, 100])
  func blocksChangeNoBit(n: Int) {
    var generator = SeededGenerator(seed: UInt64(n) + 2)
    let (a, b) = rows(n, width: 16, counts: [2, 7, 1, 16, 4, 0, 11], &generator)
    let (first, second) = (RowOperand(a, as: .float32), RowOperand(b, as: .float32))
    for set in InstructionSet.available {
      for quantities in Self.families {
        let whole = evaluate(first, second, rows: 0..<a.count, quantities: quantities, on: set)
        for length in [1, 15, 16, 17, 31, 33, 64] {
          var blocks = PairResults(quantities: quantities, rows: a.count)
          for from in stride(from: 0, to: a.count, by: length) {
            evaluatePairs(
              first, second, rows: from..<min(from + length, a.count), into: &blocks, at: from,
              threads: 1, on: set)
          }
          for quantity in quantities {
            #expect(
              blocks[quantity].map(\.bitPattern) == whole[quantity].map(\.bitPattern),
              "blocks of \(length), \(quantity), \(set)")
          }
        }
      }
    }
  }
}
