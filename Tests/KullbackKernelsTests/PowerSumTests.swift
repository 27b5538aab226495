import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing
import CLibm

/// Power sums against the oracle, within what is promised, and what else holds of them.
@Suite struct PowerSumTests {
  static let orders = [
    -5, -1, -0.3, 0, 1e-9, 0.3, 0.5, 0.9, 0.999, 1, 1.001, 1.5, 2, 5, 50, .infinity,
  ]
  static let types: [ElementKind] = [.float32, .float64, .float16, .bfloat16]

  func expectPromise(
    _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, orders: [Double], _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectParametricPromise(
      first, second, rows: rows, powerSums(orders), name, sourceLocation: sourceLocation)
  }

  @Test(arguments: PairShape.allCases, types)
  func logitsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for (index, n) in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 65, 129].enumerated() {
      let (first, second) = shape.rows(n, count: 2)
      // Some of the orders for each length, all of them over the lengths.
      let some = Self.orders.indices.filter { ($0 + index) % 4 == 0 }.map { Self.orders[$0] }
      expectPromise(
        RowOperand(first, as: kind), RowOperand(second, as: kind), rows: 0..<2, orders: some,
        "\(kind.name) logits, \(shape.rawValue)")
    }
  }

  @Test(arguments: [2047, 2048, 2049, 4100])
  func blocksAddUp(n: Int) {
    for shape in [PairShape.nearlyEqual, .independent, .maskedBoth] {
      let (first, second) = shape.rows(n, count: 1)
      expectPromise(
        RowOperand(first, as: .float32), RowOperand(second, as: .float32), rows: 0..<1,
        orders: [0.5, 2, 50], "\(shape.rawValue)")
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsMix(first: Form, second: Form) {
    for kind in [ElementKind.float32, .float64] {
      for n in [2, 10, 33, 130] {
        let (a, b) = PairShape.similar.rows(n, count: 2)
        expectPromise(
          RowOperand(logits: a, as: first, kind), RowOperand(logits: b, as: second, kind),
          rows: 0..<2, orders: [-1, 0.5, 0.999, 2, .infinity],
          "\(kind.name) \(first) and \(second)")
      }
    }
  }

  @Test(arguments: types, types)
  func typesMix(first: ElementKind, second: ElementKind) {
    let (a, b) = PairShape.independent.rows(17, count: 3)
    expectPromise(
      RowOperand(a, as: first), RowOperand(b, as: second), rows: 0..<3, orders: Self.orders,
      "\(first.name) and \(second.name)")
  }

  @Test(arguments: [(0.5, 0.5), (2, 2), (0.7, 3), (1, 4)])
  func temperaturesAgreeWithTheOracle(first: Double, second: Double) {
    for kind in [ElementKind.float32, .float64] {
      let (a, b) = PairShape.similar.rows(17, count: 3)
      expectPromise(
        RowOperand(a, as: kind, temperature: first), RowOperand(b, as: kind, temperature: second),
        rows: 0..<3, orders: [-1, 0.5, 2], "\(kind.name) at \(first) and \(second)")
    }
  }

  @Test func countsAgreeWithTheOracle() {
    var generator = SeededGenerator(seed: 8)
    for n in [2, 26, 200] {
      let rows = (0..<2).map { _ in (0..<n).map { _ in (generator.uniform() * 900).rounded() } }
      for smoothing in [0, 0.5] {
        let sides = rows.map { RowOperand([$0], as: .int64, form: .weights, smoothing: smoothing) }
        expectPromise(sides[0], sides[1], rows: 0..<1, orders: Self.orders, "counts")
      }
    }
  }

  @Test func massesThatDoubleDoesNotHoldHavePowersThatCount() {
    let first = [0, -720.5, -710, -745], second = [0, -1500, -1440, 3.0]
    expectPromise(
      RowOperand([first], as: .float64), RowOperand([second], as: .float64), rows: 0..<1,
      orders: Self.orders, "masses below 1e-308")
  }

  @Test(arguments: [1e-240, 1e-30, 1e30, 1e240])
  func weightsOfAnyMagnitudeAgreeWithTheOracle(scale: Double) {
    var generator = SeededGenerator(seed: 12)
    for (spread, noise) in [(1.0, 1e-6), (1, 1), (1, 40), (20, 1)] {
      let first = generator.normals(19).map { exp(spread * $0) }
      let second = first.map { $0 * exp(noise * generator.normal()) * scale }
      expectPromise(
        RowOperand([first], as: .float64, form: .weights),
        RowOperand([second], as: .float64, form: .weights), rows: 0..<1, orders: Self.orders,
        "weights near \(scale)")
    }
  }

  @Test(arguments: [(1e-200, 1e200), (1e250, 1e-250), (1e-140, 1e140)])
  func sumsWhoseRatioDoubleDoesNotHoldAgreeWithTheOracle(scales: (Double, Double)) {
    var generator = SeededGenerator(seed: 13)
    let first = generator.normals(19).map { exp($0) }
    let second = first.map { $0 * exp(0.1 * generator.normal()) }
    expectPromise(
      RowOperand([first.map { $0 * scales.0 }], as: .float64, form: .weights),
      RowOperand([second.map { $0 * scales.1 }], as: .float64, form: .weights), rows: 0..<1,
      orders: Self.orders, "weights near \(scales)")
  }

  @Test(arguments: [Form.logits, .weights])
  func blocksWithAndWithoutLargeDifferencesAddUp(form: Form) {
    // The first block is near, the second has a class far off and one without mass.
    let (a, b) = PairShape.nearlyEqual.rows(2100, count: 1)
    var (first, second) = (a[0].map { $0 / 4 }, b[0].map { $0 / 4 })
    first[2070] = -50
    second[2075] = -.infinity
    first[2075] = -.infinity
    expectPromise(
      RowOperand(logits: [first], as: form, .float64),
      RowOperand(logits: [second], as: form, .float64), rows: 0..<1, orders: Self.orders,
      "blocks of \(form)")
  }

  @Test func zeroMassCountsAsTheDefinitionSays() {
    let (half, point, other) = ([0.5, 0.5, 0], [1.0, 0, 0], [0, 0, 1.0])
    let log2 = 0.6931471805599453
    let infinity = Double.infinity
    let cases: [([Double], [Double], [(Double, Double)])] = [
      (
        half, point,
        [
          (-1, log2), (0, 0), (0.5, -log2 / 2), (1, -log2), (2, infinity),
          (infinity, infinity),
        ]
      ),
      (
        point, half,
        [(-1, infinity), (0, -log2), (0.5, -log2 / 2), (1, 0), (2, log2), (infinity, log2)]
      ),
      (
        half, other,
        [
          (-1, infinity), (0, -infinity), (0.5, -infinity), (1, -infinity), (2, infinity),
          (infinity, infinity),
        ]
      ),
    ]
    for (p, q, table) in cases {
      let logits = [p, q].map { row in
        row.map { $0 == 0 ? -infinity : $0 == 0.5 ? -log2 : 0 }
      }
      let forms = [
        (
          RowOperand([p], as: .float64, form: .probabilities),
          RowOperand([q], as: .float64, form: .weights)
        ),
        (RowOperand([logits[0]], as: .float64), RowOperand([logits[1]], as: .float64)),
      ]
      for (first, second) in forms {
        for set in InstructionSet.available {
          let results = evaluate(first, second, rows: 0..<1, orders: table.map(\.0), on: set)
          for (order, expected) in table {
            #expect(
              relativeError(results[order][0], expected) < 1e-14,
              "order \(order) of \(p) and \(q), \(first.form), \(set): \(results[order][0])")
          }
        }
      }
    }
  }

  @Test(arguments: types)
  func aRowAndItselfHaveExactlyZero(kind: ElementKind) {
    for form in Form.allCases {
      for n in [1, 2, 10, 100, 257, 3000] {
        let (rows, _) = PairShape.independent.rows(n, count: 3)
        let side = RowOperand(logits: rows, as: form, kind)
        for set in InstructionSet.available {
          let results = evaluate(side, side, rows: 0..<3, orders: Self.orders, on: set)
          for order in Self.orders {
            #expect(
              results[order].allSatisfy { $0 == 0 && $0.sign == .plus },
              "order \(order) of \(form), \(n) classes, \(set)")
          }
        }
      }
    }
  }

  @Test func exchangedSidesAndOrdersGiveTheSameBits() {
    for shape in [PairShape.nearlyEqual, .independent, .far, .maskedBoth] {
      for n in [2, 10, 100] {
        let (a, b) = shape.rows(n, count: 3)
        let sides = [a, b].map { RowOperand($0, as: .float32) }
        for set in InstructionSet.available {
          let orders = [-1, 0.5, 0.25, 2]
          let here = evaluate(sides[0], sides[1], rows: 0..<3, orders: orders, on: set)
          let there = evaluate(
            sides[1], sides[0], rows: 0..<3, orders: orders.map { 1 - $0 }, on: set)
          for order in orders {
            #expect(here[order].map(\.bitPattern) == there[1 - order].map(\.bitPattern))
          }
        }
      }
    }
  }

  @Test func threadsSplitsAndListsOfPairsChangeNoBit() {
    for (n, count) in [(10, 3000), (130, 400)] {
      let (a, b) = PairShape.similar.rows(n, count: count)
      for form in [Form.logits, .weights] {
        let (first, second) = (
          RowOperand(logits: a, as: form, .float32), RowOperand(logits: b, as: form, .float32)
        )
        let orders = [0.5, 2]
        let whole = evaluate(first, second, rows: 0..<count, orders: orders)
        var parts = ParametricResults(quantities: powerSums(orders), rows: count)
        evaluateParametric(first, second, rows: 0..<101, into: &parts, at: 0, threads: 2)
        evaluateParametric(first, second, rows: 101..<count, into: &parts, at: 101, threads: 3)
        let places = (0..<count).reversed().map { $0 }
        let listed = evaluateParametric(
          first, rows: places, second, rows: places, quantities: powerSums(orders))
        for order in orders {
          #expect(parts[order].map(\.bitPattern) == whole[order].map(\.bitPattern))
          #expect(listed[order].reversed().map(\.bitPattern) == whole[order].map(\.bitPattern))
        }
      }
    }
  }

  @Test func aRepeatedRowIsComparedWithEveryRow() {
    let (a, b) = PairShape.independent.rows(10, count: 20)
    let many = RowOperand(b, as: .float32)
    let results = evaluate(
      RowOperand([a[0]], as: .float32, isRepeated: true), many, rows: 0..<20, orders: [2])
    let spelt = evaluate(
      RowOperand([[Double]](repeating: a[0], count: 20), as: .float32), many, rows: 0..<20,
      orders: [2])
    #expect(results[2] == spelt[2])
  }

  @Test func rowsLongerThanASegmentHaveThePowerSumOfWhatTheyRepeat() {
    // A row that repeats another one n times has its power sums.
    let (n, times) = (1000, 1100)
    for shape in [PairShape.similar, .far, .maskedSecond] {
      let (a, b) = shape.rows(n, count: 1)
      let short = [a, b].map { RowOperand($0, as: .float32) }
      let long = [a, b].map { rows in
        RowOperand(
          AnyMatrix(
            Matrix(
              (0..<times).flatMap { _ in rows[0].map { Float($0) } }, rows: 1, columns: n * times)),
          form: .logits, tolerance: 1)
      }
      let orders = [-1, 0.5, 2, .infinity]
      let exact = evaluate(short[0], short[1], rows: 0..<1, orders: orders)
      let one = evaluate(long[0], long[1], rows: 0..<1, orders: orders, threads: 1)
      let two = evaluate(long[0], long[1], rows: 0..<1, orders: orders, threads: 2)
      let listed = evaluateParametric(
        long[0], rows: [0], long[1], rows: [0], quantities: powerSums(orders))
      for order in orders {
        #expect(one[order].map(\.bitPattern) == two[order].map(\.bitPattern))
        #expect(one[order].map(\.bitPattern) == listed[order].map(\.bitPattern))
        #expect(relativeError(one[order][0], exact[order][0]) < 1e-12, "\(shape) \(order)")
      }
    }
  }

  @Test func everyReasonIsFoundOnItsSide() {
    let cases: [(Form, Double, RowStatus)] = [
      (.logits, .nan, .notANumber), (.logits, .infinity, .infinite),
      (.logProbabilities, 5, .notNormalised), (.probabilities, -0.5, .negative),
      (.weights, -1, .negative),
    ]
    for (form, value, status) in cases {
      for n in [2, 10, 257] {
        var logits = [[Double]](repeating: [Double](repeating: 0, count: n), count: 5)
        logits[0][0] = 0.5
        let good = RowOperand(logits: logits, as: form, .float32)
        var rows = (0..<5).map { row in
          (0..<n).map { good.matrix.value(row: row, column: $0) }
        }
        rows[3][n - 1] = value
        let bad = RowOperand(rows, as: .float32, form: form)
        for set in InstructionSet.available {
          let first = evaluate(bad, good, rows: 0..<5, orders: [0.5, 2], on: set)
          let second = evaluate(good, bad, rows: 0..<5, orders: [0.5, 2], on: set)
          #expect(first.invalidRows(in: 0..<5) == [3], "\(form) \(value) of \(n) on \(set)")
          #expect(first.status(ofRow: 3) == (status, .valid))
          #expect(second.status(ofRow: 3) == (.valid, status))
          for order in [0.5, 2] {
            #expect(first[order][3].isNaN && second[order][3].isNaN)
            #expect(first[order][2] == first[order][4])
          }
        }
      }
    }
  }

  @Test(arguments: types)
  func readsNothingBeyondEitherEnd(kind: ElementKind) {
    for set in InstructionSet.available {
      for edge in GuardedBuffer.Edge.allCases {
        for n in [1, 2, 3, 5, 9, 17, 31, 49, 200, 257, 2047, 2049] {
          let sides = (0..<2).map { side in
            RowOperand(
              guarded([(0..<n).map { Double(($0 + side) % 13) }], as: kind, gap: 3, edge),
              form: .logits, tolerance: 1)
          }
          let results = evaluate(sides[0], sides[1], rows: 0..<1, orders: [0.5, 2], on: set)
          #expect(results[0.5][0].isFinite && results[2][0].isFinite)
        }
      }
    }
  }
}
