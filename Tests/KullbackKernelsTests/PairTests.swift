import CVectorKernels
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// What holds of pairs besides their accuracy.
@Suite struct PairTests {
  static let types: [ElementKind] = [.float32, .float64, .float16, .bfloat16]

  @Test func thereAreAsManyQuantitiesAsColumns() {
    #expect(PairQuantity.allCases.count == Int(KVK_PAIR_COUNT))
  }

  /// What one quantity asks for is worked out for it alone, too.
  @Test(arguments: PairQuantity.allCases)
  func everyQuantityAloneIsAsPromised(quantity: PairQuantity) {
    for (kind, form) in [
      (ElementKind.float32, Form.logits), (.float64, .logits), (.float32, .weights),
      (.float64, .probabilities),
    ] {
      let (a, b) = PairShape.similar.rows(33, count: 3)
      let (first, second) = (
        RowOperand(logits: a, as: form, kind), RowOperand(logits: b, as: form, kind)
      )
      for set in InstructionSet.available {
        let alone = evaluate(first, second, rows: 0..<3, quantities: [quantity], on: set)
        for row in 0..<3 {
          let exact = OraclePair(first.oracleRow(row), second.oracleRow(row))[quantity]
          #expect(
            quantity.isWithinPromise(alone[quantity][row], exact, single: first.isSingle),
            "\(kind.name) \(form) on \(set): \(alone[quantity][row]), \(exact)")
        }
      }
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsMix(first: Form, second: Form) {
    for kind in [ElementKind.float32, .float64] {
      for n in [2, 10, 33, 130, 600] {
        let (a, b) = PairShape.similar.rows(n, count: n < 100 ? 9 : 2)
        expectPromise(
          RowOperand(logits: a, as: first, kind), RowOperand(logits: b, as: second, kind),
          rows: 0..<a.count,
          "\(kind.name) \(first) and \(second)")
      }
    }
  }

  @Test(arguments: types, types)
  func typesMix(first: ElementKind, second: ElementKind) {
    for n in [3, 17, 300] {
      let (a, b) = PairShape.independent.rows(n, count: 3)
      expectPromise(
        RowOperand(a, as: first), RowOperand(b, as: second), rows: 0..<3,
        "\(first.name) and \(second.name)")
    }
  }

  @Test(arguments: [(0.5, 0.5), (2, 2), (0.7, 3), (1, 4)])
  func temperaturesAgreeWithTheOracle(first: Double, second: Double) {
    for kind in [ElementKind.float32, .float64] {
      for n in [2, 17, 300] {
        let (a, b) = PairShape.similar.rows(n, count: 3)
        expectPromise(
          RowOperand(a, as: kind, temperature: first), RowOperand(b, as: kind, temperature: second),
          rows: 0..<3, "\(kind.name) at \(first) and \(second)")
      }
    }
  }

  @Test func countsAgreeWithTheOracle() {
    var generator = SeededGenerator(seed: 8)
    for n in [2, 26, 200] {
      let rows = (0..<4).map { _ in (0..<n).map { _ in (generator.uniform() * 900 + 1).rounded() } }
      for kind in [ElementKind.int32, .int64] {
        for smoothing in [0, 0.5] {
          let operands = rows.map {
            RowOperand([$0], as: kind, form: .weights, smoothing: smoothing)
          }
          expectPromise(operands[0], operands[1], rows: 0..<1, "\(kind.name) counts")
        }
      }
    }
  }

  @Test func zeroMassIsInfiniteExactlyWhereItBelongs() {
    for (shape, forward, reverse) in [
      (PairShape.masked, false, false), (.maskedFirst, false, true), (.maskedSecond, true, false),
      (.maskedBoth, true, true),
    ] {
      for form in Form.allCases {
        for n in [7, 40, 1000] {
          let (a, b) = shape.rows(n, count: 3)
          let (first, second) = (
            RowOperand(logits: a, as: form, .float32), RowOperand(logits: b, as: form, .float32)
          )
          for set in InstructionSet.available {
            let results = evaluate(first, second, rows: 0..<3, on: set)
            #expect(
              results[.divergence].allSatisfy { $0.isInfinite == forward }, "\(shape) \(form)")
            #expect(results[.reversedDivergence].allSatisfy { $0.isInfinite == reverse })
            #expect(results[.jensenShannon].allSatisfy { $0 >= 0 && $0 <= 0.6931471805599454 })
          }
        }
      }
    }
  }

  @Test(arguments: types)
  func aRowAndItselfAreExactlyZeroApart(kind: ElementKind) {
    let divergences: [PairQuantity] = [
      .divergence, .reversedDivergence, .jeffreys, .jensenShannon, .totalVariation, .hellinger,
    ]
    for form in Form.allCases {
      for n in [1, 2, 10, 100, 257, 3000] {
        let (rows, _) = PairShape.independent.rows(n, count: 9)
        let side = RowOperand(logits: rows, as: form, kind)
        for set in InstructionSet.available {
          let results = evaluate(side, side, rows: 0..<9, on: set)
          for quantity in divergences {
            #expect(
              results[quantity].allSatisfy { $0 == 0 && $0.sign == .plus },
              "\(quantity) of \(form), \(n) classes, \(set)")
          }
        }
      }
    }
  }

  @Test(arguments: types)
  func exchangedSidesGiveTheSameBits(kind: ElementKind) {
    let mirrored: [(PairQuantity, PairQuantity)] = [
      (.divergence, .reversedDivergence), (.entropyOfFirst, .entropyOfSecond),
      (.crossEntropy, .reversedCrossEntropy), (.jeffreys, .jeffreys),
      (.jensenShannon, .jensenShannon), (.totalVariation, .totalVariation),
      (.hellinger, .hellinger), (.sameLargest, .sameLargest),
      (.logNormaliserOfFirst, .logNormaliserOfSecond),
    ]
    for shape in [PairShape.nearlyEqual, .independent, .far, .maskedBoth] {
      for form in Form.allCases where shape != .far || form == .logits {
        for n in [2, 10, 100, 1000] {
          let (a, b) = shape.rows(n, count: 5)
          let (first, second) = (
            RowOperand(logits: a, as: form, kind), RowOperand(logits: b, as: form, kind)
          )
          for set in InstructionSet.available {
            let one = evaluate(first, second, rows: 0..<5, on: set)
            let other = evaluate(second, first, rows: 0..<5, on: set)
            for (here, there) in mirrored {
              #expect(
                one[here].map(\.bitPattern) == other[there].map(\.bitPattern),
                "\(here), \(shape) \(form), \(n) classes, \(set)")
            }
          }
        }
      }
    }
  }

  @Test func threadsAndSplitsChangeNoBit() {
    for (n, count) in [(10, 5000), (130, 900), (700, 300)] {
      let (a, b) = PairShape.independent.rows(n, count: count)
      for form in [Form.logits, .weights] {
        let (first, second) = (
          RowOperand(logits: a, as: form, .float32), RowOperand(logits: b, as: form, .float32)
        )
        let whole = evaluate(first, second, rows: 0..<count, threads: 1)
        var parts = PairResults(quantities: PairQuantity.allCases, rows: count)
        evaluatePairs(first, second, rows: 0..<101, into: &parts, at: 0, threads: 2)
        evaluatePairs(first, second, rows: 101..<count, into: &parts, at: 101, threads: 3)
        for quantity in PairQuantity.allCases {
          #expect(parts[quantity].map(\.bitPattern) == whole[quantity].map(\.bitPattern))
        }
      }
    }
  }

  @Test func rowsLongerThanASegmentAgreeWithDoubles() {
    let n = 1_300_000
    var generator = SeededGenerator(seed: 3)
    let a = (0..<n).map { _ in Float(generator.uniform() * 8 - 4) }
    let b = a.map { $0 + Float(generator.uniform() * 0.2 - 0.1) }
    func operand<Element: MatrixElement>(_ values: [Element]) -> RowOperand {
      RowOperand(
        AnyMatrix(Matrix(values, rows: 1, columns: n)), form: .logits, tolerance: .infinity)
    }
    let (first, second) = (operand(a), operand(b))
    let one = evaluate(first, second, rows: 0..<1, threads: 1)
    let two = evaluate(first, second, rows: 0..<1, threads: 2)
    let exact = evaluate(operand(a.map(Double.init)), operand(b.map(Double.init)), rows: 0..<1)
    for quantity in PairQuantity.allCases {
      #expect(one[quantity].map(\.bitPattern) == two[quantity].map(\.bitPattern))
      #expect(
        quantity.isWithinPromise(one[quantity][0], exact[quantity][0], single: true), "\(quantity)")
    }
  }

  @Test func aRepeatedRowIsComparedWithEveryRow() {
    for n in [10, 300] {
      let (a, b) = PairShape.independent.rows(n, count: 20)
      let many = RowOperand(b, as: .float32)
      let results = evaluate(
        RowOperand([a[0]], as: .float32, isRepeated: true), many, rows: 0..<20)
      let spelt = evaluate(
        RowOperand([[Double]](repeating: a[0], count: 20), as: .float32), many, rows: 0..<20)
      for quantity in PairQuantity.allCases { #expect(results[quantity] == spelt[quantity]) }
    }
  }

  @Test(arguments: types)
  func strideAndAlignmentChangeNoBit(kind: ElementKind) {
    let (count, n) = (20, 37)
    let (a, b) = PairShape.similar.rows(n, count: count)
    let expected = evaluate(RowOperand(a, as: kind), RowOperand(b, as: kind), rows: 0..<count)
    for shift in [1, 2, 3] {
      let operands = [a, b].map {
        RowOperand(guarded($0, as: kind, gap: 5, shift: shift, .start), form: .logits, tolerance: 1)
      }
      let results = evaluate(operands[0], operands[1], rows: 0..<count)
      for quantity in PairQuantity.allCases { #expect(results[quantity] == expected[quantity]) }
    }
  }

  @Test func everyReasonIsFoundOnItsSide() {
    let cases: [(Form, Double, RowStatus)] = [
      (.logits, .nan, .notANumber), (.logits, .infinity, .infinite),
      (.logProbabilities, .nan, .notANumber), (.logProbabilities, .infinity, .infinite),
      (.logProbabilities, 5, .notNormalised), (.probabilities, .nan, .notANumber),
      (.probabilities, .infinity, .infinite), (.probabilities, -.infinity, .infinite),
      (.probabilities, -0.5, .negative), (.probabilities, 3, .notNormalised),
      (.weights, .nan, .notANumber), (.weights, .infinity, .infinite), (.weights, -1, .negative),
    ]
    for (form, value, status) in cases {
      for n in [2, 10, 47, 100, 257, 5000] {
        var logits = [[Double]](repeating: [Double](repeating: 0, count: n), count: 5)
        logits[0][0] = 0.5
        let good = RowOperand(logits: logits, as: form, .float32)
        var rows = (0..<5).map { row in
          (0..<n).map { good.matrix.value(row: row, column: $0) }
        }
        rows[3][n - 1] = value
        let bad = RowOperand(rows, as: .float32, form: form)
        for set in InstructionSet.available {
          let first = evaluate(bad, good, rows: 0..<5, on: set)
          let second = evaluate(good, bad, rows: 0..<5, on: set)
          #expect(first.invalidRows(in: 0..<5) == [3], "\(form) \(value) of \(n) on \(set)")
          #expect(first.status(ofRow: 3) == (status, .valid), "\(form) \(value) of \(n) on \(set)")
          #expect(second.status(ofRow: 3) == (.valid, status), "\(form) \(value) of \(n) on \(set)")
          for quantity in PairQuantity.allCases {
            #expect(first[quantity][3].isNaN && second[quantity][3].isNaN)
            #expect(first[quantity][2] == first[quantity][4])
          }
        }
      }
    }
  }

  @Test func massIsNeeded() {
    for (form, value) in [
      (Form.logits, -Double.infinity), (.logProbabilities, -.infinity), (.weights, 0),
    ] {
      for n in [1, 10, 100, 3000] {
        let empty = RowOperand([[Double](repeating: value, count: n)], as: .float32, form: form)
        let full = RowOperand([[Double](repeating: 1, count: n)], as: .float32, form: .weights)
        let results = evaluate(empty, full, rows: 0..<1)
        #expect(results.status(ofRow: 0) == (.noMass, .valid), "\(form), \(n) classes")
        #expect(results[.divergence][0].isNaN)
      }
    }
  }

  @Test(arguments: types)
  func readsNothingBeyondEitherEnd(kind: ElementKind) {
    for set in InstructionSet.available {
      for edge in GuardedBuffer.Edge.allCases {
        for n in [1, 5, 9, 17, 31, 48, 49, 200, 257, 2047, 2049] {
          let sides = (0..<2).map { side in
            RowOperand(
              guarded([(0..<n).map { Double(($0 + side) % 13) }], as: kind, edge), form: .logits,
              tolerance: 1)
          }
          let results = evaluate(sides[0], sides[1], rows: 0..<1, on: set)
          #expect(results[.divergence][0].isFinite)
          let (_, gradient) = evaluatePairs(
            sides[0], sides[1], rows: 1, gradient: .divergence, as: Float.self, on: set)
          #expect(gradient.values.allSatisfy { $0.isFinite })
        }
      }
    }
  }
}
