import CLibm
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The skew divergence D(p ‖ αq + (1-α)p) against the oracle, within what is promised.
@Suite struct SkewDivergenceTests {
  static let weights = [1e-9, 0.01, 0.3, 0.5, 0.75, 0.99, 0.999999, 1 - 0x1p-53]
  static let all = weights.map { ParametricQuantity.skewDivergence(weight: $0) }
  static let types: [ElementKind] = [.float32, .float64, .float16, .bfloat16]

  @Test(arguments: PairShape.allCases, types)
  func logitsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for (index, n) in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 65, 129, 2049].enumerated() {
      let (first, second) = shape.rows(n, count: 2)
      let some = Self.all.indices.filter { ($0 + index) % 4 == 0 }.map { Self.all[$0] }
      expectParametricPromise(
        RowOperand(first, as: kind), RowOperand(second, as: kind), rows: 0..<2, some,
        "\(kind.name) logits, \(shape.rawValue)")
    }
  }

  @Test(arguments: Form.allCases, Form.allCases)
  func formsMix(first: Form, second: Form) {
    for (shape, kind) in [
      (PairShape.similar, ElementKind.float32), (.maskedBoth, .float64), (.far, .float64),
    ] {
      let (a, b) = shape.rows(33, count: 2)
      expectParametricPromise(
        RowOperand(logits: a, as: first, kind), RowOperand(logits: b, as: second, kind),
        rows: 0..<2,
        Self.all, "\(kind.name) \(first) and \(second)")
    }
  }

  @Test(.segments(of: 512), arguments: [PairShape.similar, .nearlyEqual, .maskedSecond, .far])
  func segmentsAddUp(shape: PairShape) {
    for (n, kind) in [(513, ElementKind.float32), (1100, .float64), (1600, .float16)] {
      let (a, b) = shape.rows(n, count: 1)
      let sides = (RowOperand(a, as: kind), RowOperand(b, as: kind))
      expectParametricPromise(
        sides.0, sides.1, rows: 0..<1, Self.all, "\(kind.name) logits, \(shape.rawValue)")
      let one = evaluate(sides.0, sides.1, rows: 0..<1, quantities: Self.all, threads: 1)
      let three = evaluate(sides.0, sides.1, rows: 0..<1, quantities: Self.all, threads: 3)
      for quantity in Self.all {
        #expect(one[quantity].map(\.bitPattern) == three[quantity].map(\.bitPattern))
      }
    }
  }

  /// Rows from 1e-13 apart to far ones, with classes that either side or both lack.
  @Test(arguments: types)
  func rowsOfAnyDistanceAgreeWithTheOracle(kind: ElementKind) {
    var random = SeededGenerator(seed: 41)
    for index in 0..<400 {
      let n = [1, 2, 3, 5, 10, 33][index % 6]
      let size = pow(10, -13 + 15 * random.uniform())
      let wide = random.normals(n).map { $0 * 3 }
      var rows = [wide, zip(wide, random.normals(n)).map { $0 + size * $1 }]
      for side in 0..<2 where index % (side + 3) == 0 && n > 1 {
        rows[side][Int(random.uniform() * Double(n - 1))] = -.infinity
      }
      let weight = [1e-9, 0.5, 0.99, random.uniform()][index % 4]
      expectParametricPromise(
        RowOperand([rows[0]], as: kind), RowOperand([rows[1]], as: kind), rows: 0..<1,
        [.skewDivergence(weight: weight)], "\(kind.name), \(size) apart, case \(index)")
    }
  }

  /// The logarithms of the normalisers round by far more than the rows differ.
  @Test func nearRowsOfVeryDifferentSumsHaveTheirDigits() {
    var random = SeededGenerator(seed: 43)
    for index in 0..<300 {
      let n = [2, 3, 5, 10, 33][index % 5]
      let size = pow(10, -10 + 3 * random.uniform())
      let logits = random.normals(n)
      let near = logits.map { $0 + size * random.normal() }
      let total = near.reduce(0) { $0 + exp($1) }
      let scale = pow(10, 290 * (2 * random.uniform() - 1))
      let first = RowOperand([logits.map { exp($0) * scale }], as: .float64, form: .weights)
      let second = [
        RowOperand([near.map { exp($0) / total }], as: .float64, form: .probabilities),
        RowOperand([near], as: .float64),
        RowOperand([near.map { exp($0) / scale }], as: .float64, form: .weights),
      ][index % 3]
      let weight = [0.5, 0.99][index % 2]
      let exact = OraclePair.skewDivergence(
        first.oracleRow(0), second.oracleRow(0), weight: weight)
      for set in InstructionSet.available {
        let quantity = ParametricQuantity.skewDivergence(weight: weight)
        let value = evaluate(first, second, rows: 0..<1, quantities: [quantity], on: set)[quantity][
          0]
        // In relative terms alone: what is left of the normalisers' rounding would hide in 1e-20.
        #expect(
          relativeError(value, exact) < 1e-12,
          "\(size) apart, sums of \(scale), case \(index) on \(set): \(value), \(exact)")
      }
    }
  }

  @Test func rowsWithoutACommonClassAreAsFarApartAsTheWeightAllows() {
    let (p, q) = ([0, 0, -Double.infinity], [-Double.infinity, -Double.infinity, 0])
    for set in InstructionSet.available {
      let results = evaluate(
        RowOperand([p], as: .float64), RowOperand([q], as: .float64), rows: 0..<1,
        quantities: Self.all, on: set)
      for (quantity, weight) in zip(Self.all, Self.weights) {
        #expect(relativeError(results[quantity][0], -log1p(-weight)) < 1e-15, "\(weight) on \(set)")
      }
    }
  }

  @Test func equalRowsAreZeroAndInvalidRowsAreNamed() {
    let good = RowOperand([[1, 2, 3], [4, 5, 6]], as: .float32)
    let bad = RowOperand([[1, .nan, 3], [4, 5, 6]], as: .float32)
    for set in InstructionSet.available {
      let same = evaluate(good, good, rows: 0..<2, quantities: Self.all, on: set)
      let broken = evaluate(good, bad, rows: 0..<2, quantities: Self.all, on: set)
      for quantity in Self.all {
        #expect(same[quantity].map(\.bitPattern) == [0, 0])
        #expect(broken[quantity][0].isNaN && broken[quantity][1] == 0)
      }
      #expect(broken.status(ofRow: 0) == (.valid, .notANumber))
    }
  }
}
