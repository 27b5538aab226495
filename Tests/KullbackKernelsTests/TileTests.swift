import Foundation
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Rows prepared for products, and what becomes of the products, on every instruction set.
@Suite struct TileTests {
  static let lengths = [1, 2, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 513, 1100]

  /// Rows of a form: independent, or with classes that have no mass.
  private static func operand(
    _ rows: Int, _ classes: Int, _ form: Form, _ kind: ElementKind, seed: UInt64,
    gaps: Bool = false
  ) -> RowOperand {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<rows).map { row in
      var logits = generator.normals(classes).map { 2 * $0 }
      if gaps, classes > 2 { logits[(row * 5) % classes] = -.infinity }
      guard form == .probabilities || form == .weights else { return logits }
      let masses = logits.map { exp($0) }
      let sum = form == .weights ? 1 : masses.reduce(0, +)
      return masses.map { $0 / sum }
    }
    return RowOperand(values, as: kind, form: form)
  }

  private static func normalisers(_ operand: RowOperand, on set: InstructionSet) -> [Double] {
    var results = RowResults(quantities: [.logNormaliser], rows: operand.matrix.rows)
    evaluateRows(operand, rows: 0..<operand.matrix.rows, into: &results, threads: 1, on: set)
    return results[.logNormaliser]
  }

  /// Σ over panels of the products of all rows, by plain loops.
  private static func products<Element: MatrixElement & BinaryFloatingPoint>(
    _ a: RowTile<Element>, _ b: RowTile<Element>
  ) -> Matrix<Double> {
    var sums = Matrix<Double>(rows: a.count, columns: b.count)
    for (x, y) in zip(a.panels, b.panels) {
      for i in 0..<a.count {
        for j in 0..<b.count {
          for k in 0..<x.columns { sums[i, j] += Double(x[i, k]) * Double(y[j, k]) }
        }
      }
    }
    return sums
  }

  @Test(arguments: InstructionSet.available, lengths)
  func productsOfPreparedRowsAreDivergences(set: InstructionSet, classes: Int) {
    let cases: [(Form, ElementKind)] = [
      (.logits, .float32), (.logits, .bfloat16), (.logProbabilities, .float16),
      (.probabilities, .float32), (.weights, .float32), (.logits, .float64),
    ]
    for (form, kind) in cases {
      let p = Self.operand(5, classes, form == .logProbabilities ? .logits : form, kind, seed: 1)
      let q = Self.operand(3, classes, .logits, kind, seed: 2)
      check(p, q, Float.self, 3e-6, set, heavyRoom: 4, "\(form) \(kind.name)")
      check(
        p, q, Double.self, kind == .float64 ? 1e-12 : 3e-6, set, heavyRoom: 0,
        "\(form) \(kind.name)")
    }
  }

  private func check<Element: MatrixElement & BinaryFloatingPoint>(
    _ p: RowOperand, _ q: RowOperand, _: Element.Type, _ bound: Double, _ set: InstructionSet,
    heavyRoom: Int, _ name: String
  ) {
    let classes = p.matrix.columns
    let layout = TileLayout(
      panelClasses: 128, interleaves: true, heavyRoom: heavyRoom, heavyLeast: 1.0 / 32)
    let reference = (0..<classes).map { -log(Double(classes)) + 0.1 * sin(Double($0)) }
    var masses = RowTile(of: Element.self, layout: layout)
    var logs = RowTile(of: Element.self, layout: layout)
    // In two stretches where there are more classes than one word.
    let cut = classes > 64 ? 64 : classes
    var sums = Matrix<Double>(rows: p.matrix.rows, columns: q.matrix.rows)
    var heavy = Matrix<Float>(rows: 0, columns: 0)
    for part in [0..<cut, cut..<classes] where !part.isEmpty {
      masses.prepare(
        p, rows: 0..<p.matrix.rows, classes: part, normalisers: Self.normalisers(p, on: set),
        form: .masses, reference: reference, continues: part.lowerBound > 0, on: set)
      logs.prepare(
        q, rows: 0..<q.matrix.rows, classes: part, normalisers: Self.normalisers(q, on: set),
        centres: [0.5, -1, 2], form: .logarithms, reference: reference,
        continues: part.lowerBound > 0, on: set)
      let some = Self.products(masses, logs)
      for i in 0..<sums.rows { for j in 0..<sums.columns { sums[i, j] += some[i, j] } }
      heavy = logs.columns(at: masses.heavy.distinctPlaces, on: set)
      if part.upperBound < classes { masses.addHeavy(heavy, to: &sums, on: set) }
    }
    var doubts = [UInt8](repeating: 0, count: sums.rows * sums.columns)
    masses.finish(
      nil, &sums, logarithms: logs, heavy: heavy,
      rule: RoundingRule(fixed: 0, base: 0, term: 0, root: 0, sum: 0, share: 1), doubts: &doubts,
      on: set)
    for i in 0..<sums.rows {
      for j in 0..<sums.columns {
        let expected = OraclePair(p.oracleRow(i), q.oracleRow(j)).divergence
        #expect(
          abs(sums[i, j] - expected) <= bound * (1 + expected),
          "\(name), \(classes) classes, pair \(i), \(j) on \(set)")
      }
    }
  }

  @Test(arguments: InstructionSet.available, [3, 17, 64, 65, 200])
  func missingMassIsFoundInBothDirections(set: InstructionSet, classes: Int) {
    let p = Self.operand(6, classes, .logits, .float32, seed: 3, gaps: true)
    let q = Self.operand(4, classes, .weights, .float64, seed: 4)
    var tiles = [p, q].map { _ in RowTile(of: Double.self, panelClasses: 128) }
    for (index, side) in [p, q].enumerated() {
      tiles[index].prepare(
        side, rows: 0..<side.matrix.rows, classes: 0..<classes,
        normalisers: Self.normalisers(side, on: set), form: .plainMasses,
        reference: [Double](repeating: 0, count: classes), on: set)
    }
    var values = Matrix<Double>(repeating: 1, rows: 6, columns: 4)
    var doubts = [UInt8](repeating: 1, count: 24)
    tiles[0].forbid(tiles[1], &values, doubts: &doubts, on: set)
    #expect(values.values.allSatisfy { $0 == 1 } && !doubts.contains(0))
    tiles[1].forbid(tiles[0], turned: true, &values, doubts: &doubts, on: set)
    #expect(values.values.allSatisfy { $0 == .infinity } && !doubts.contains(1))
  }

  @Test(arguments: InstructionSet.available)
  func heavyMassesAreTheLargest(set: InstructionSet) {
    let row: [Float] = [0.1, 0.05, 0.3, 0.04, 0.2, 0.06, 0.15, 0.1].map { log($0) }
    let p = RowOperand([row.map(Double.init)], as: .float32)
    var tile = RowTile(
      of: Float.self,
      layout: TileLayout(panelClasses: 64, heavyRoom: 3, heavyLeast: 1.0 / 32))
    tile.prepare(
      p, rows: 0..<1, classes: 0..<8, normalisers: Self.normalisers(p, on: set), form: .masses,
      reference: [Double](repeating: 0, count: 8), on: set)
    #expect(tile.heavy.distinctPlaces == [2, 4, 6])
    let left = tile.panels[0].values
    #expect(left[2] == 0 && left[4] == 0 && left[6] == 0 && abs(left[0] - 0.1) < 1e-7)
    let square = 0.1 * 0.1 * 2 + 0.05 * 0.05 + 0.04 * 0.04 + 0.06 * 0.06
    #expect(abs(tile.square[0] - square) < 1e-7 && abs(tile.mass[0] - 1) < 1e-6)
  }

  @Test(arguments: InstructionSet.available, [1, 15, 16, 17, 40])
  func aTurnedTileIsTheTransposed(set: InstructionSet, count: Int) {
    let tile = Matrix((0..<count * 7).map { Double($0) }, rows: count, columns: 7)
    var turned = Matrix<Double>(repeating: 1, rows: 7, columns: count)
    var doubts = [UInt8](repeating: 0, count: 7 * count)
    var marks = doubts
    marks[7 * (count - 1) + 3] = 1
    addTransposed(tile, marks, to: &turned, &doubts, isFirst: false, on: set)
    for i in 0..<count { for j in 0..<7 { #expect(turned[j, i] == tile[i, j] + 1) } }
    #expect(doubts[3 * count + count - 1] == 1 && doubts.reduce(0) { $0 + Int($1) } == 1)
    #expect(countDoubts(doubts, width: count, on: set) == [0, 0, 0, 1, 0, 0, 0])
  }

  @Test(arguments: InstructionSet.available, lengths)
  func mixturesAreThoseOfPlainLoops(set: InstructionSet, classes: Int) {
    let p = Self.operand(5, classes, .logits, .float32, seed: 5, gaps: true)
    let q = Self.operand(7, classes, .logits, .float64, seed: 6)
    mixtures(p, q, Float.self, 2e-6, set)
    mixtures(p, q, Double.self, 1e-6, set)
    mixtures(q, q, Double.self, 1e-13, set)
  }

  private func mixtures<Element: MatrixElement & BinaryFloatingPoint>(
    _ p: RowOperand, _ q: RowOperand, _: Element.Type, _ bound: Double, _ set: InstructionSet
  ) {
    let classes = p.matrix.columns
    let reference = (0..<classes).map { -log(Double(classes)) + 0.3 * cos(Double($0)) }
    let weights = Matrix(reference.map { Element(2 * exp($0)) }, rows: 1, columns: classes)
    let tiles = [p, q].map { side in
      var tile = RowTile(of: Element.self, panelClasses: 1 << 20)
      tile.prepare(
        side, rows: 0..<side.matrix.rows, classes: 0..<classes,
        normalisers: Self.normalisers(side, on: set),
        centres: [Double](repeating: log(2), count: side.matrix.rows), form: .powers(1, shift: 0),
        reference: reference, on: set)
      tile.addMixtureRows(weights: weights, on: set)
      return tile
    }
    for what in [MixtureSum.entropy, .distance] {
      var sums = Matrix<Double>(rows: 0, columns: 0)
      var doubts = [UInt8](repeating: 0, count: p.matrix.rows * q.matrix.rows)
      tiles[0].addMixtures(what, tiles[1], weights: weights, to: &sums, isFirst: true, on: set)
      tiles[0].finishMixtures(what, &sums, tiles[1], unit: 0x1p-24, doubts: &doubts)
      for i in 0..<sums.rows {
        for j in 0..<sums.columns {
          let pair = OraclePair(p.oracleRow(i), q.oracleRow(j))
          let expected = what == .entropy ? pair.jensenShannon : pair.totalVariation
          #expect(abs(sums[i, j] - expected) <= bound, "\(what), \(classes) classes on \(set)")
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available, [5, 64, 129])
  func preparingReadsNothingPastTheEnd(set: InstructionSet, classes: Int) {
    let matrix = GuardedBuffer.matrix(
      [Float](repeating: 0.25, count: classes), rows: 1, columns: classes, edge: .end)
    for form in [Form.logits, .weights] {
      let operand = RowOperand(AnyMatrix(matrix), form: form, tolerance: 0.01)
      for what in [TileForm.masses, .plainMasses, .logarithms, .powers(0.5, shift: 0)] {
        var tile = RowTile(of: Float.self, panelClasses: 64)
        tile.prepare(
          operand, rows: 0..<1, classes: 0..<classes, normalisers: [log(Double(classes))],
          form: what, reference: [Double](repeating: 0, count: classes), on: set)
        #expect(tile.panels.reduce(0) { $0 + $1.columns } == classes)
      }
    }
  }
}
