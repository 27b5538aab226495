import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The overlap of the largest classes, and the rank of the largest one, against sorting, on every instruction set.
@Suite struct TopClassTests {
  static let kinds = RankTests.kinds
  static let counts = [1, 2, 3, 5, 10, 17, 64, 1000]
  static let all = counts.map { ParametricQuantity.topOverlap(count: $0) } + [.topRank]

  private enum Order: CaseIterable {
    case random, few, rising, falling, equal
  }

  /// Rows of whole numbers in an order that is hard on some way of keeping the largest.
  private func row(_ n: Int, _ order: Order, _ random: inout SeededGenerator) -> [Double] {
    (0..<n).map { k in
      switch order {
      case .random: (random.uniform() * 2000).rounded(.down) + 1
      case .few: (random.uniform() * 4).rounded(.down)
      case .rising: Double(k) + 1
      case .falling: Double(n - k)
      case .equal: 1
      }
    }
  }

  private func exact(_ quantity: ParametricQuantity, _ p: [Double], _ q: [Double]) -> Double {
    guard case .topOverlap(let count) = quantity else { return OraclePair.topRank(p, q) }
    return OraclePair.topOverlap(p, q, count: count)
  }

  private func expectExact(
    _ p: [Double], _ q: [Double], _ kind: ElementKind, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let sides = (
      RowOperand([p, q], as: kind, form: .weights), RowOperand([q, p], as: kind, form: .weights)
    )
    // As they are stored.
    let values = (0..<2).map { row in
      [sides.0, sides.1].map { side in
        (0..<p.count).map { side.matrix.value(row: row, column: $0) }
      }
    }
    for set in InstructionSet.available {
      let found = evaluate(sides.0, sides.1, rows: 0..<2, quantities: Self.all, on: set)
      for quantity in Self.all {
        let expected = values.map { exact(quantity, $0[0], $0[1]) }
        #expect(
          found[quantity] == expected, "\(quantity), \(name), \(p.count) \(kind.name) on \(set)",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: kinds)
  func agreesWithSorting(kind: ElementKind) {
    var random = SeededGenerator(seed: 77)
    for n in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 65, 300, 2500] {
      for order in Order.allCases {
        var (p, q) = (row(n, order, &random), row(n, .random, &random))
        if order == .few { q = row(n, .few, &random) }
        // A row needs some mass.
        p[n / 2] += 1
        q[n / 3] += 1
        expectExact(p, q, kind, "\(order)")
      }
    }
  }

  @Test(.segments(of: 512), arguments: [ElementKind.float32, .float64, .float16])
  func longRowsAgreeWithSorting(kind: ElementKind) {
    var random = SeededGenerator(seed: 78)
    for n in [513, 1100, 1600] {
      expectExact(row(n, .random, &random), row(n, .random, &random), kind, "segments")
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsMix(first: Form, second: Form) {
    let (a, b) = PairShape.similar.rows(33, count: 2)
    let sides = (
      RowOperand(logits: a, as: first, .float64), RowOperand(logits: b, as: second, .float64)
    )
    for set in InstructionSet.available {
      let found = evaluate(sides.0, sides.1, rows: 0..<2, quantities: Self.all, on: set)
      for quantity in Self.all {
        #expect(found[quantity] == (0..<2).map { exact(quantity, a[$0], b[$0]) }, "\(quantity)")
      }
    }
  }

  @Test(arguments: GuardedBuffer.Edge.allCases, [ElementKind.float32, .float64, .float16])
  func nothingBesideARowIsRead(edge: GuardedBuffer.Edge, kind: ElementKind) {
    var random = SeededGenerator(seed: 79)
    for n in [1, 2, 7, 8, 9, 15, 17, 33] {
      let rows = [row(n, .random, &random), row(n, .rising, &random)]
      let operand = RowOperand(
        guarded(rows, as: kind, gap: 3, shift: 2, edge), form: .weights, tolerance: 1)
      for set in InstructionSet.available {
        let found = evaluate(operand, operand, rows: 0..<2, quantities: Self.all, on: set)
        for quantity in Self.all { #expect(found[quantity] == [1, 1]) }
      }
    }
  }

  @Test func rowsThatAreNotValidHaveNoValue() {
    let good = RowOperand([[1, 2, 3], [4, 5, 6]], as: .float32)
    let bad = RowOperand([[1, .nan, 3], [4, 5, 6]], as: .float32)
    for set in InstructionSet.available {
      for (first, second) in [(good, bad), (bad, good)] {
        let found = evaluate(first, second, rows: 0..<2, quantities: Self.all, on: set)
        for quantity in Self.all {
          #expect(found[quantity][0].isNaN && found[quantity][1] == 1)
        }
      }
    }
  }

  /// Classes that a mask leaves no mass are the last, in order.
  @Test func masksComeLast() {
    let p = RowOperand([[-.infinity, 1, -.infinity, 0]], as: .float32)
    let q = RowOperand([[0, -.infinity, -.infinity, 1]], as: .float32)
    for set in InstructionSet.available {
      let found = evaluate(p, q, rows: 0..<1, quantities: Self.all, on: set)
      // The two largest of p are 1 and 3, of q 3 and 0; the three largest 1, 3, 0 and 3, 0, 1.
      #expect(found[.topOverlap(count: 1)] == [0] && found[.topOverlap(count: 2)] == [0.5])
      #expect(found[.topOverlap(count: 3)] == [1] && found[.topRank] == [3])
    }
  }
}
