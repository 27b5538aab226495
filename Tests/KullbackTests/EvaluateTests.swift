import Kullback
import Testing

/// Logits between -8 and 8, the same for the same seed.
func logits(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  let values = (0..<rows * columns).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-49 - 8
  }
  return Matrix(values, rows: rows, columns: columns)
}

func expectClose(
  _ a: [Double], _ b: [Double], within bound: Double = 1e-11,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.count == b.count, sourceLocation: sourceLocation)
  for (x, y) in zip(a, b) {
    #expect(abs(x - y) <= bound * max(1, abs(x)), sourceLocation: sourceLocation)
  }
}

@Suite struct EvaluateTests {
  let p: DistributionSet
  let q: DistributionSet

  init() throws {
    p = try DistributionSet(logits: logits(33, 57, seed: 1))
    q = try DistributionSet(logits: logits(33, 57, seed: 2))
  }

  @Test func bernoulliRowsMatchTheDefinition() throws {
    let p = try DistributionSet(probabilities: Matrix<Double>([[0.25, 0.75], [1, 0]]))
    let q = try DistributionSet(probabilities: Matrix<Double>([[0.5, 0.5], [0.5, 0.5]]))
    // log 2 - H(1/4), and log 2.
    let log2 = 0.693147180559945309417232
    expectClose(try forwardKL(target: p, model: q), [0.130812035941136959, log2], within: 1e-14)
    expectClose(try crossEntropy(target: p, model: q), [log2, log2], within: 1e-14)
    expectClose(try entropy(of: p), [0.562335144618808350, 0], within: 1e-14)
    #expect(try reverseKL(target: p, model: q)[1] == .infinity)
    #expect(try Measure.totalVariation.values(target: p, model: q) == [0.25, 0.5])
    #expect(try Measure.jensenShannon.values(target: p, model: q).allSatisfy { $0.isFinite })
  }

  @Test func reverseIsForwardWithSidesExchanged() throws {
    let reverse = try reverseKL(target: p, model: q)
    #expect(try forwardKL(target: q, model: p) == reverse)
    let together = try evaluate(target: p, model: q, measures: Measure.all)
    #expect(together[.reverseKL] == reverse)
    #expect(try forwardKL(target: p, model: q) == together[.forwardKL])
  }

  @Test func identitiesHold() throws {
    let e = try evaluate(target: p, model: q, measures: Measure.all)
    for row in 0..<e.rows {
      #expect(e[.forwardKL][row] > 0 && e[.reverseKL][row] > 0)
      #expect(e[.jensenShannon][row] > 0 && e[.jensenShannon][row] <= 0.6931471805599454)
    }
    let sum = zip(e[.targetEntropy], e[.forwardKL]).map(+)
    expectClose(sum, e[.crossEntropy])
    let reverseSum = zip(e[.modelEntropy], e[.reverseKL]).map(+)
    expectClose(reverseSum, e[.reverseCrossEntropy])
    expectClose(zip(e[.forwardKL], e[.reverseKL]).map(+), e[.jeffreys])
    expectClose(e[.jensenShannonDistance].map { $0 * $0 }, e[.jensenShannon])
    expectClose(e[.hellinger].map { $0 * $0 }, e[.squaredHellinger])
    expectClose(try entropy(of: p), e[.targetEntropy])
    let exchanged = try evaluate(target: q, model: p, measures: [.jensenShannon, .totalVariation])
    #expect(exchanged[.jensenShannon] == e[.jensenShannon])
    #expect(exchanged[.totalVariation] == e[.totalVariation])
  }

  @Test func aDistributionDivergesFromItselfByExactlyZero() throws {
    let e = try evaluate(target: p, model: p, measures: Measure.all)
    for measure in Measure.all where measure.isDivergence {
      #expect(e[measure].allSatisfy { $0 == 0 && $0.sign == .plus }, "\(measure.name)")
    }
    #expect(e[.topAgreement].allSatisfy { $0 == 1 })
  }

  @Test func shiftsAndPermutationsChangeNothing() throws {
    var shifted = logits(33, 57, seed: 1)
    var permuted = (shifted, logits(33, 57, seed: 2))
    let (a, b) = permuted
    for row in 0..<33 {
      for column in 0..<57 {
        shifted[row, column] += Double(row * 16)
        permuted.0[row, 56 - column] = a[row, column]
        permuted.1[row, 56 - column] = b[row, column]
      }
    }
    let plain = try forwardKL(target: p, model: q)
    expectClose(try forwardKL(target: DistributionSet(logits: shifted), model: q), plain)
    let other = try forwardKL(
      target: DistributionSet(logits: permuted.0), model: DistributionSet(logits: permuted.1))
    expectClose(other, plain)
  }

  @Test func theTemperatureDividesLogitsAndNothingElse() throws {
    let (a, b) = (logits(33, 57, seed: 1), logits(33, 57, seed: 2))
    let halved = (
      Matrix(a.values.map { $0 / 2 }, rows: 33, columns: 57),
      Matrix(b.values.map { $0 / 2 }, rows: 33, columns: 57)
    )
    expectClose(
      try forwardKL(
        target: DistributionSet(logits: a, temperature: 2),
        model: DistributionSet(logits: b, temperature: 2)),
      try forwardKL(
        target: DistributionSet(logits: halved.0), model: DistributionSet(logits: halved.1)))
  }

  @Test func formsAndElementTypesMix() throws {
    let counts = Matrix<Int32>([[1, 2, 5], [0, 3, 1]])
    let probabilities = Matrix<Double>([[0.125, 0.25, 0.625], [0, 0.75, 0.25]])
    let model = try DistributionSet(logits: Matrix<Float>([[0, 1, 2], [1, 0, -1]]))
    expectClose(
      try forwardKL(target: DistributionSet(weights: counts), model: model),
      try forwardKL(target: DistributionSet(probabilities: probabilities), model: model),
      within: 1e-6)
    let smoothed = try DistributionSet(weights: counts, smoothing: 0.5)
    let byHand = try DistributionSet(weights: Matrix<Double>([[1.5, 2.5, 5.5], [0.5, 3.5, 1.5]]))
    expectClose(
      try forwardKL(target: smoothed, model: model), try forwardKL(target: byHand, model: model),
      within: 1e-6)
  }

  @Test func oneRowIsComparedWithEveryRow() throws {
    let single = p[4..<5]
    let all = try forwardKL(target: single, model: q)
    let reverse = try forwardKL(target: q, model: single)
    #expect(all.count == 33 && reverse.count == 33)
    for row in 0..<33 {
      let other = q[row..<row + 1]
      #expect(try forwardKL(target: single, model: other) == [all[row]])
      #expect(try forwardKL(target: other, model: single) == [reverse[row]])
    }
  }

  @Test func shapesThatDisagreeAreNamed() throws {
    let narrow = try DistributionSet(logits: logits(33, 56, seed: 3))
    #expect(
      throws: KullbackError.shapeMismatch(
        target: Shape(rows: 33, columns: 57), model: Shape(rows: 33, columns: 56))
    ) { try forwardKL(target: p, model: narrow) }
    #expect(throws: KullbackError.self) { try forwardKL(target: p, model: q[0..<5]) }
  }

  @Test func noRowsAndOneClassAreFine() throws {
    #expect(try forwardKL(target: p[3..<3], model: q[3..<3]).isEmpty)
    #expect(try forwardKL(target: p[3..<3], model: q[0..<1]).isEmpty)
    let one = try DistributionSet(logits: logits(3, 1, seed: 4))
    let other = try DistributionSet(logits: logits(3, 1, seed: 5))
    #expect(try forwardKL(target: one, model: other) == [0, 0, 0])
    #expect(try entropy(of: one) == [0, 0, 0])
  }
}
