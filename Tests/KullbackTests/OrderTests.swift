import Kullback
import KullbackTestSupport
import Testing

/// Sets whose columns, not rows, lie one after the other give bit for bit what the others give.
@Suite struct OrderTests {
  /// A side as it is, and the same whose matrix lies by columns.
  private struct Twins {
    let plain: DistributionSet
    let turned: DistributionSet
  }

  /// Classes without mass in front, behind and here and there; rows that are not valid.
  private func rows(_ rows: Int, _ classes: Int, seed: UInt64) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    return (0..<rows).flatMap { row in
      (0..<classes).map { column in
        let isMasked =
          switch row % 5 {
          case 1: column < classes / 2
          case 2: column > classes / 2
          case 3: generator.uniform() < 0.3
          default: false
          }
        if row % 11 == 10, column == 0 { return .nan }
        return isMasked ? -.infinity : generator.normal()
      }
    }
  }

  private func twins<Element: MatrixElement>(
    _ shape: (Int, Int), seed: UInt64, form: Form, _ make: (Double) -> Element
  ) throws -> Twins {
    let (count, classes) = shape
    let values = rows(count, classes, seed: seed).map {
      make(form == .logits ? $0 : $0 == -.infinity ? 0 : abs($0))
    }
    let byColumns = (0..<classes).flatMap { column in
      (0..<count).map { values[$0 * classes + column] }
    }
    let plain = AnyMatrix(Matrix(values, rows: count, columns: classes))
    let turned = AnyMatrix(Matrix(byColumns, rows: classes, columns: count)).transposed()
    return Twins(
      plain: try DistributionSet(plain, form: form), turned: try DistributionSet(turned, form: form)
    )
  }

  private func pair(_ shape: (Int, Int), _ kind: ElementKind, _ seed: UInt64) throws -> Twins {
    switch kind {
    case .float16: try twins(shape, seed: seed, form: .logits) { Float16($0) }
    case .bfloat16: try twins(shape, seed: seed, form: .logits) { BFloat16(Float($0)) }
    case .float32: try twins(shape, seed: seed, form: .logits) { Float($0) }
    case .float64: try twins(shape, seed: seed, form: .logits) { $0 }
    case .int32: try twins(shape, seed: seed, form: .weights) { $0.isNaN ? -1 : Int32($0 * 9) }
    case .int64: try twins(shape, seed: seed, form: .weights) { $0.isNaN ? -1 : Int64($0 * 9) }
    }
  }

  private func bits(_ values: [Double]) -> [UInt64] {
    // Which NaN it is says nothing.
    values.map { $0.isNaN ? 1 : $0.bitPattern }
  }

  @Test(arguments: ElementKind.allCases, [(1, 2), (33, 7), (17, 1001), (3, 70_001)])
  func rowsAreThoseOfTheOtherOrder(kind: ElementKind, shape: (Int, Int)) throws {
    let (a, b) = (try pair(shape, kind, 1), try pair(shape, kind, 2))
    let measures = Measure.oneRead + [try .renyi(order: 0.5), .chiSquared]
    let expected = try evaluate(target: a.plain, model: b.plain, measures: measures)
    for (p, q) in [(a.turned, b.turned), (a.turned, b.plain), (a.plain, b.turned)] {
      let found = try evaluate(target: p, model: q, measures: measures)
      for measure in measures { #expect(bits(found[measure]) == bits(expected[measure])) }
      #expect(found.diagnostics.invalidRows == expected.diagnostics.invalidRows)
    }
    let one = try evaluate(target: a.turned[0..<1], model: b.turned, measures: measures)
    let other = try evaluate(target: a.plain[0..<1], model: b.plain, measures: measures)
    for measure in measures { #expect(bits(one[measure]) == bits(other[measure])) }
    #expect(bits(try entropy(of: a.turned)) == bits(try entropy(of: a.plain)))
    let (l, m) = (
      try a.turned.logProbabilities(as: Float.self).values,
      try a.plain.logProbabilities(as: Float.self).values
    )
    #expect(
      l.values.map { $0.isNaN ? 1 : $0.bitPattern } == m.values.map { $0.isNaN ? 1 : $0.bitPattern }
    )
    let labels = (0..<shape.0).map { ($0 * 7) % shape.1 }
    let scores = try [a.turned, a.plain].map {
      try evaluate(labels: labels, model: $0, smoothing: 0.1)
    }
    #expect(bits(scores[0].values) == bits(scores[1].values))
    #expect(scores[0].diagnostics.invalidRows == scores[1].diagnostics.invalidRows)
  }

  @Test(arguments: ElementKind.allCases)
  func allPairsNeighboursAndClustersAreThoseOfTheOtherOrder(kind: ElementKind) throws {
    let (a, b) = (try pair((40, 23), kind, 3), try pair((30, 23), kind, 4))
    let expected = try pairwise(.forwardKL, targets: a.plain, models: b.plain).values
    #expect(
      bits(try pairwise(.forwardKL, targets: a.turned, models: b.turned).values.values)
        == bits(expected.values))
    let found = try [a.turned, a.plain].map { try $0.nearest(3, to: $0, by: .jensenShannon) }
    for query in 0..<40 { #expect(found[0][query].map(\.row) == found[1][query].map(\.row)) }
    let clusters = try [a.turned, a.plain].map { try $0.clusters(into: 3, by: .forwardKL) }
    #expect(clusters[0].assignments == clusters[1].assignments)
  }

  /// More rows than are copied at a time.
  @Test func blocksAreJoined() throws {
    let (rows, classes) = (66_000, 130)
    let values = (0..<rows * classes).map { Double($0 &* 7919 % 1000) * 0.01 }
    let matrix = AnyMatrix(Matrix(values, rows: classes, columns: rows)).transposed()
    let turned = try DistributionSet(matrix, form: .logits)
    let plain = try turned.inOrder()
    var steps: [Int] = []
    let found = try evaluate(target: turned, model: plain[0..<1], measures: [.reverseKL]) {
      done, _ in steps.append(done)
    }
    let expected = try evaluate(target: plain, model: plain[0..<1], measures: [.reverseKL])
    #expect(steps.count > 1 && steps.last == rows)
    #expect(bits(found[.reverseKL]) == bits(expected[.reverseKL]))
    #expect(bits(try entropy(of: turned)) == bits(try entropy(of: plain)))
  }
}
