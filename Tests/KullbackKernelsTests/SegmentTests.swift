import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// What rows of several segments have in common with those of one, and what is written and scored of them.
@Suite struct SegmentTests {
  private static let kinds: [ElementKind] = [.float32, .float64, .float16, .bfloat16]
  private static let orders = [-1, 0.5, 2, 50, .infinity]

  @Test func segmentsAreThoseOfTheCUnlessATestSaysOtherwise() {
    #expect(Segments.length == 1_048_576)
    Segments.$length.withValue(3) { #expect(Segments.length == 3) }
    #expect(Segments.length == 1_048_576)
  }

  @Test(.segments(of: 512), arguments: Form.allCases)
  func threadsAndListsOfPairsChangeNoBit(form: Form) {
    let (a, b) = PairShape.similar.rows(2000, count: 5)
    let (first, second) = (
      RowOperand(logits: a, as: form, .float32), RowOperand(logits: b, as: form, .float32)
    )
    let whole = evaluate(first, second, rows: 0..<5)
    let powers = evaluate(first, second, rows: 0..<5, orders: Self.orders)
    let gradient = evaluatePairs(
      first, second, rows: 5, gradient: .reversedDivergence, as: Double.self, threads: 1)
    let written = writeRows(second, rows: 0..<5, as: .softmax, to: Float.self, threads: 1)
    let scored = evaluateLabels([0, 511, 512, 1999, 700], second, threads: 1)
    let places = [4, 3, 2, 1, 0]
    let listed = evaluatePairs(
      first, rows: places, second, rows: places, quantities: PairQuantity.allCases)
    let listedPowers = evaluateParametric(
      first, rows: places, second, rows: places, quantities: powerSums(Self.orders))
    for threads in [2, 3] {
      let shared = evaluate(first, second, rows: 0..<5, threads: threads)
      for quantity in PairQuantity.allCases {
        let bits = whole[quantity].map(\.bitPattern)
        #expect(shared[quantity].map(\.bitPattern) == bits)
        #expect(listed[quantity].reversed().map(\.bitPattern) == bits)
      }
      let sharedPowers = evaluate(
        first, second, rows: 0..<5, orders: Self.orders, threads: threads)
      for order in Self.orders {
        let bits = powers[order].map(\.bitPattern)
        #expect(sharedPowers[order].map(\.bitPattern) == bits)
        #expect(listedPowers[order].reversed().map(\.bitPattern) == bits)
      }
      let again = evaluatePairs(
        first, second, rows: 5, gradient: .reversedDivergence, as: Double.self, threads: threads)
      #expect(again.gradient == gradient.gradient)
      #expect(
        writeRows(second, rows: 0..<5, as: .softmax, to: Float.self, threads: threads).result
          == written.result)
      #expect(
        evaluateLabels([0, 511, 512, 1999, 700], second, threads: threads).values == scored.values)
    }
  }

  @Test(.segments(of: 512), arguments: Form.allCases)
  func aRowAndItselfAreExactlyZeroApart(form: Form) {
    for kind in Self.kinds {
      let (rows, _) = PairShape.independent.rows(1100, count: 2)
      let side = RowOperand(logits: rows, as: form, kind)
      for set in InstructionSet.available {
        let results = evaluate(side, side, rows: 0..<2, on: set)
        for quantity in [
          PairQuantity.divergence, .reversedDivergence, .jeffreys, .jensenShannon, .totalVariation,
          .hellinger,
        ] {
          #expect(
            results[quantity].allSatisfy { $0 == 0 && $0.sign == .plus },
            "\(quantity) of \(form) \(kind.name) on \(set)")
        }
      }
    }
  }

  /// Where what is left of a difference of constants is its rounding alone.
  @Test(.segments(of: 16), arguments: [0.1, 1.7, 33.3, 3000.7], [1, 0.7])
  func constantRowsAreExactlyZeroApart(value: Double, temperature: Double) {
    for kind in Self.kinds {
      let sides = [value, -value / 3].map {
        RowOperand([[Double](repeating: $0, count: 70)], as: kind, temperature: temperature)
      }
      for set in InstructionSet.available {
        let results = evaluate(sides[0], sides[1], rows: 0..<1, on: set)
        for quantity in [PairQuantity.divergence, .reversedDivergence, .totalVariation] {
          #expect(results[quantity] == [0], "\(quantity) of \(kind.name) \(value) on \(set)")
        }
      }
    }
  }

  /// Logits whose segments lie far apart, each on its own level.
  @Test(.segments(of: 64), arguments: kinds)
  func segmentsFarApartAgreeWithTheOracle(kind: ElementKind) {
    var generator = SeededGenerator(seed: 31)
    let n = 260
    let noise = (0..<4).map { _ in generator.normals(n) }
    let levels = [
      // Upwards and downwards, against each other, and one far above.
      { (k: Int) in (Double(k) / 4, Double(k) / 4) },
      { (k: Int) in (-Double(k) / 4, -Double(k) / 4) },
      { (k: Int) in (Double(k - 130) / 6, Double(130 - k) / 6) },
      { (k: Int) in (k == 210 ? 60 : 0, k == 211 ? 60 : 0) },
      { (k: Int) in (k < 64 ? -900 : 0, k < 128 ? -900 : 0) },
      { (k: Int) in (k < 64 ? 0 : 9, k < 64 ? 9 : 0) },
      // One class far off, which leaves the largest where they are.
      { (k: Int) in (k == 210 ? -55 : 0, 0) },
      { (k: Int) in (0, k == 210 ? -55 : 0) },
      // Below every number that stands for no level.
      { (_: Int) in (-30000, -20000) },
      { (k: Int) in (k < 128 ? -30000 : -29000, -20000) },
      // Differences that cancel but for what is left of a large shift.
      { (k: Int) in (100, k < 128 ? 0.25 : 0) },
    ]
    for (index, level) in levels.enumerated() {
      let a = (0..<n).map { noise[0][$0] + level($0).0 }
      let b = (0..<n).map { noise[0][$0] + 0.1 * noise[1][$0] + level($0).1 }
      let sides = (RowOperand([a], as: kind), RowOperand([b], as: kind))
      expectPromise(sides.0, sides.1, rows: 0..<1, "\(kind.name) levels \(index)")
      PowerSumTests().expectPromise(
        sides.0, sides.1, rows: 0..<1, orders: Self.orders, "\(kind.name) levels \(index)")
      RowTests().expectPromise(sides.0, "\(kind.name) levels \(index)")
    }
  }

  /// What the sums of Floats are enough for is not added up once more in Double, which would have all its digits.
  @Test(.segments(of: 64), arguments: [ElementKind.float32, .float16, .bfloat16])
  func ordinaryRowsAreReadOnce(kind: ElementKind) {
    let (a, b) = PairShape.independent.rows(260, count: 6)
    let (first, second) = (RowOperand(a, as: kind), RowOperand(b, as: kind))
    for set in InstructionSet.available {
      let results = evaluate(first, second, rows: 0..<6, quantities: quantityFamilies[0], on: set)
      let errors = (0..<6).map { row in
        let pair = OraclePair(first.oracleRow(row), second.oracleRow(row))
        return relativeError(results[.divergence][row], pair.divergence)
      }
      #expect(errors.contains { $0 > 1e-12 }, "\(kind.name) on \(set)")
    }
  }

  /// The normalisers of Floats are rounded, which the sums of all segments make up for.
  @Test(.segments(of: 64), arguments: [ElementKind.float32, .float16, .bfloat16])
  func powerSumsOfLogitsHaveTheDigitsOfDoubles(kind: ElementKind) {
    let (a, b) = PairShape.independent.rows(260, count: 6)
    let (first, second) = (RowOperand(a, as: kind), RowOperand(b, as: kind))
    for set in InstructionSet.available {
      let results = evaluate(first, second, rows: 0..<6, orders: [2, 50, .infinity], on: set)
      for (order, row) in [(2.0, 0), (50, 3), (.infinity, 0), (.infinity, 1), (.infinity, 5)] {
        let exact = OraclePair.logPowerSum(
          first.oracleRow(row), second.oracleRow(row), order: order)
        #expect(
          relativeError(results[order][row], exact) < 1e-12, "\(order) \(kind.name) on \(set)")
      }
    }
  }

  /// Masses that are in one segment of a row only, at each of its places.
  @Test(.segments(of: 5), arguments: Form.allCases, kinds)
  func massInOneSegmentIsFound(form: Form, kind: ElementKind) {
    for n in [6, 11, 25] {
      for from in stride(from: 0, to: n, by: 5) {
        let alone = (0..<n).map { from..<from + 5 ~= $0 ? Double($0 % 3) : -.infinity }
        let full = (0..<n).map { Double($0 % 4) / 2 }
        for rows in [(alone, alone), (alone, full), (full, alone)] {
          expectPromise(
            RowOperand(logits: [rows.0], as: form, kind),
            RowOperand(logits: [rows.1], as: form, kind), rows: 0..<1,
            "\(form) \(kind.name), mass from \(from)")
        }
        let apart = zip(alone, full).map { $0 == -.infinity ? $1 : -.infinity }
        for rows in [(alone, full), (full, alone), (alone, apart)] {
          PowerSumTests().expectPromise(
            RowOperand(logits: [rows.0], as: form, kind),
            RowOperand(logits: [rows.1], as: form, kind), rows: 0..<1, orders: [-1, 0.5, 2],
            "\(form) \(kind.name), mass from \(from)")
        }
        let side = RowOperand(logits: [alone], as: form, kind)
        RowTests().expectPromise(side, "\(form) \(kind.name), mass from \(from)")
      }
    }
  }

  /// Everything that may be wrong with a row, in every segment, and two things in two segments.
  @Test(arguments: Form.allCases)
  func everyReasonIsThatOfTheWholeRow(form: Form) {
    let values: [Double] = [.nan, .infinity, -.infinity, -0.5]
    let n = 23
    let (rows, _) = PairShape.independent.rows(n, count: 1)
    let good = RowOperand(logits: rows, as: form, .float32)
    let stored = (0..<n).map { good.matrix.value(row: 0, column: $0) }
    var bad: [[Double]] = [[Double](repeating: form == .logits ? -.infinity : 0, count: n)]
    for value in values {
      for place in [0, 4, 5, 11, 22] {
        bad.append(stored)
        bad[bad.count - 1][place] = value
        for other in values {
          bad.append(bad[bad.count - 1])
          bad[bad.count - 1][(place + 7) % n] = other
        }
      }
    }
    let side = RowOperand(bad, as: .float32, form: form)
    let others = RowOperand(
      [[Double]](repeating: stored, count: bad.count), as: .float32, form: form)
    for set in InstructionSet.available {
      let whole = statuses(side, others, on: set)
      let cut = Segments.$length.withValue(5) { statuses(side, others, on: set) }
      #expect(whole.contains { $0 != .valid })
      #expect(cut == whole, "\(form) on \(set)")
    }
  }

  /// What every function says of rows, on either side of pairs.
  private func statuses(
    _ side: RowOperand, _ good: RowOperand, on set: InstructionSet
  ) -> [RowStatus] {
    let rows = 0..<side.matrix.rows
    let first = evaluate(side, good, rows: rows, on: set)
    let second = evaluate(good, side, rows: rows, on: set)
    let (powers, turned) = (
      evaluate(side, good, rows: rows, orders: [2], on: set),
      evaluate(good, side, rows: rows, orders: [2], on: set)
    )
    var alone = RowResults(quantities: [.entropy], rows: rows.count)
    evaluateRows(side, rows: rows, into: &alone, on: set)
    let gradient = evaluatePairs(
      side, good, rows: rows.count, gradient: .divergence, as: Float.self, on: set)
    let written = writeRows(side, rows: rows, as: .softmax, to: Float.self, on: set)
    let scored = evaluateLabels([Int64](repeating: 0, count: rows.count), side, on: set)
    for row in rows {
      let isValid = alone.status(ofRow: row) == .valid
      #expect(first[.divergence][row].isNaN == !isValid)
      #expect(powers[2][row].isNaN == !isValid)
      #expect(alone[.entropy][row].isNaN == !isValid)
      #expect(gradient.gradient.row(row).allSatisfy { $0.isNaN == !isValid })
      #expect(written.result.row(row).allSatisfy { $0.isNaN == !isValid })
      #expect(scored.values[row].isNaN == !isValid)
    }
    return rows.flatMap { row -> [RowStatus] in
      let pairs = [first, second, gradient.results].map { $0.status(ofRow: row) }
      let sums = [powers, turned].map { $0.status(ofRow: row) }
      return (pairs + sums).flatMap { [$0.first, $0.second] }
        + [alone.status(ofRow: row), written.statuses[row], scored.statuses[row]]
    }
  }

  @Test(.segments(of: 5))
  func theFirstOfTheLargestClassesCounts() {
    for set in InstructionSet.available {
      for form in [Form.logits, .weights] {
        for (places, first) in [([3, 9, 17], 3), ([9, 17], 9), ([0, 22], 0), ([14, 15], 14)] {
          let row = (0..<23).map { places.contains($0) ? 4.0 : 1 }
          let other = (0..<23).map { $0 == first ? 4.0 : 2 }
          let sides = [row, other].map { RowOperand([$0], as: .float32, form: form) }
          var results = RowResults(quantities: [.largest], rows: 1)
          evaluateRows(sides[0], rows: 0..<1, into: &results, on: set)
          #expect(results[.largest] == [Double(first)])
          #expect(evaluate(sides[0], sides[1], rows: 0..<1, on: set)[.sameLargest] == [1])
          #expect(evaluate(sides[1], sides[0], rows: 0..<1, on: set)[.sameLargest] == [1])
        }
      }
    }
  }

  /// Weights whose sum is beyond the largest number, or all of which are below the least normal one.
  @Test(.segments(of: 5), arguments: [1020, 1000, -1030, -1070])
  func weightsOfExtremeSumsAgreeWithSmallOnes(exponent: Int) {
    let scale = Double(sign: .plus, exponent: exponent, significand: 1)
    // Multiples of a power of two, which the least numbers hold.
    let eighths = [7, 5].map { step in (1...23).map { k in Double(k * step % 8 + 1) } }
    let plain = eighths.map { RowOperand([$0], as: .float64, form: .weights) }
    let scaled = eighths.map { row in
      RowOperand([row.map { $0 * scale }], as: .float64, form: .weights)
    }
    let divergences: [PairQuantity] = [
      .divergence, .reversedDivergence, .entropyOfFirst, .entropyOfSecond, .jensenShannon,
      .totalVariation, .hellinger,
    ]
    for set in InstructionSet.available {
      let expected = evaluate(plain[0], plain[1], rows: 0..<1, on: set)
      for (a, b) in [(scaled[0], scaled[1]), (scaled[0], plain[1]), (plain[0], scaled[1])] {
        let results = evaluate(a, b, rows: 0..<1, on: set)
        #expect(results.status(ofRow: 0) == (.valid, .valid))
        for quantity in divergences {
          let (value, right) = (results[quantity][0], expected[quantity][0])
          #expect(
            quantity.isWithinPromise(value, right, single: false),
            "\(quantity) of weights of 2^\(exponent) on \(set): \(value) for \(right)")
        }
      }
    }
  }
}
