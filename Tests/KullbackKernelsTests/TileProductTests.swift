import Foundation
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Packed products against those of plain loops that `finish` and `forbid` make divergences, on every instruction set.
@Suite struct TileProductTests {
  private static let rule = RoundingRule(
    fixed: 0.15, base: 0, term: 0.06, root: 0.6, sum: 0.2, share: 0.8)

  private struct Pair {
    var masses: RowTile<Float>
    var logs: RowTile<Float>
    var values: Matrix<Double>
    var doubts: [UInt8]
    let heavy: Matrix<Float>
  }

  private static func operand(
    _ rows: Int, _ classes: Int, seed: UInt64, gaps: Bool, invalid: Int? = nil
  ) -> (RowOperand, normalisers: [Double]) {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<rows).map { row in
      var logits = generator.normals(classes).map { 2 * $0 }
      if gaps, classes > 2, row % 3 == 0 { logits[(row * 5) % classes] = -.infinity }
      return logits
    }
    var normalisers: [Double] = values.map { logits in
      let masses: [Double] = logits.map { exp(Double(Float($0))) }
      return log(masses.reduce(0, +))
    }
    if let invalid { normalisers[invalid] = .infinity }
    return (RowOperand(values, as: .float32, form: .logits), normalisers)
  }

  private static func make(
    _ rows: Int, _ columns: Int, _ classes: Int, heavyRoom: Int, gaps: Bool, invalid: Int? = nil,
    chain: Int = 128, _ set: InstructionSet
  ) -> Pair {
    let (p, q) = (
      operand(rows, classes, seed: UInt64(rows + classes), gaps: gaps, invalid: invalid),
      operand(columns, classes, seed: UInt64(columns + 7 * classes), gaps: gaps)
    )
    let layout = TileLayout(
      panelClasses: chain, interleaves: true, heavyRoom: heavyRoom, heavyLeast: 1.0 / 32)
    let reference = (0..<classes).map { -log(Double(classes)) + 0.1 * sin(Double($0)) }
    var masses = RowTile(of: Float.self, layout: layout)
    var logs = RowTile(of: Float.self, layout: layout)
    masses.prepare(
      p.0, rows: 0..<rows, classes: 0..<classes, normalisers: p.normalisers, form: .masses,
      reference: reference, on: set)
    logs.prepare(
      q.0, rows: 0..<columns, classes: 0..<classes, normalisers: q.normalisers,
      centres: (0..<columns).map { sin(Double($0)) }, form: .logarithms, reference: reference,
      on: set)
    var sums = Matrix<Double>(rows: rows, columns: columns)
    for (a, b) in zip(masses.panels, logs.panels) {
      for i in 0..<rows {
        for j in 0..<columns {
          for k in 0..<a.columns { sums[i, j] += Double(a[i, k]) * Double(b[j, k]) }
        }
      }
    }
    var doubts = [UInt8](repeating: 0, count: rows * columns)
    let heavy = logs.columns(at: masses.heavy.distinctPlaces, on: set)
    masses.finish(
      nil, &sums, logarithms: logs, heavy: heavy, rule: rule, doubts: &doubts, on: set)
    if logs.gaps.contains(1) { masses.forbid(logs, &sums, doubts: &doubts, on: set) }
    masses.pack(.rows, on: set)
    logs.pack(.columns, keepsRows: false, on: set)
    #expect(logs.columns(at: masses.heavy.distinctPlaces, on: set).values == heavy.values)
    return Pair(masses: masses, logs: logs, values: sums, doubts: doubts, heavy: heavy)
  }

  @Test(arguments: InstructionSet.available, [1, 16, 60, 129, 256])
  func packedProductsAreDivergences(set: InstructionSet, classes: Int) {
    for (rows, columns) in [(1, 1), (8, 48), (9, 100)] {
      for (room, gaps) in [(0, false), (4, true)] {
        check(Self.make(rows, columns, classes, heavyRoom: room, gaps: gaps, set), Float.self, set)
        check(Self.make(rows, columns, classes, heavyRoom: room, gaps: gaps, set), Double.self, set)
      }
    }
  }

  private func check<Result: MatrixElement & BinaryFloatingPoint>(
    _ pair: Pair, _: Result.Type, _ set: InstructionSet
  ) {
    let (rows, columns) = (pair.values.rows, pair.values.columns)
    // Lines that are whole at some places, and not at others.
    for (row, column) in [(0, 0), (2, 3)] {
      let grid = ResultGrid<Result>(rows: rows + 3, columns: (columns + 79) / 16 * 16)
      grid.set(-7, row: row + rows, column: column)
      grid.set(-7, row: row, column: column + columns)
      var doubts = [UInt8](repeating: 0, count: rows * columns)
      var counts = [Int64](repeating: 0, count: rows)
      pair.masses.divergences(
        from: pair.logs, heavy: pair.heavy, addends: [], rule: Self.rule, into: grid, row: row,
        column: column, doubts: &doubts, counts: &counts, on: set)
      let found = grid.matrix(rows: rows + 3)
      #expect(found[row + rows, column] == -7 && found[row, column + columns] == -7)
      var (differing, worst) = (0, 0.0)
      for i in 0..<rows {
        for j in 0..<columns {
          let (value, expected) = (Double(found[row + i, column + j]), pair.values[i, j])
          if value != expected { worst = max(worst, abs(value - expected) / (1 + expected)) }
          if doubts[i * columns + j] != pair.doubts[i * columns + j] { differing += 1 }
        }
        let some = doubts[i * columns..<(i + 1) * columns].reduce(0) { $0 + Int64($1) }
        #expect(counts[i] == some)
      }
      #expect(worst <= 1e-5, "\(rows), \(columns) on \(set)")
      // Sums that round differently may fall on either side of the rule.
      #expect(differing <= rows * columns / 50)
      let places = doubts.indices.filter { doubts[$0] != 0 }
      #expect(takeDoubts(&doubts, 0..<doubts.count) == places && !doubts.contains(1))
    }
  }

  @Test(arguments: InstructionSet.available, [3, 60, 256])
  func allThatAreNearAreFound(set: InstructionSet, classes: Int) {
    for gaps in [false, true] {
      let pair = Self.make(
        11, 150, classes, heavyRoom: 0, gaps: gaps, invalid: 5, chain: 256, set)
      for quantile in [0.0, 0.1, 1] {
        let bounds = (0..<11).map { row in
          quantile == 1
            ? Double.infinity
            : (0..<150).map { pair.values[row, $0] }.sorted()[Int(150 * quantile)]
        }
        var (column, found): (Int, [NearPair]) = (0, [])
        while column < 150 {
          found += pair.masses.near(
            pair.logs, bounds: bounds, rule: Self.rule, tolerance: 1e-6, from: &column, on: set)
        }
        #expect(!found.contains { $0.row == 5 })
        let places = Set(found.map { $0.row * 150 + $0.column })
        #expect(places.count == found.count)
        for row in 0..<11 where row != 5 {
          let missing = (0..<150).filter {
            pair.values[row, $0] <= bounds[row] * (1 - 1e-5) && !places.contains(row * 150 + $0)
          }
          #expect(missing.isEmpty, "row \(row) on \(set)")
        }
        let wrong = found.filter { near in
          let expected = pair.values[near.row, near.column]
          return near.value - near.error > bounds[near.row]
            || near.value != expected && !(abs(near.value - expected) <= 1e-5 * (1 + expected))
        }
        #expect(wrong.isEmpty, "on \(set)")
      }
    }
  }
}
