import Kullback
import Testing
import CLibm

/// Rényi, Tsallis, alpha and chi-squared divergences: how they hang together, and what they say where there
/// is little to sum up.
@Suite struct PowerMeasureTests {
  let p: DistributionSet
  let q: DistributionSet

  init() throws {
    p = try DistributionSet(logits: logits(33, 57, seed: 1))
    q = try DistributionSet(logits: logits(33, 57, seed: 2))
  }

  private func values(
    _ measure: Measure, _ target: DistributionSet? = nil, _ model: DistributionSet? = nil
  ) throws -> [Double] {
    try evaluate(target: target ?? p, model: model ?? q, measures: [measure])[measure]
  }

  /// Within a relative error.
  private func expectSame(
    _ a: [Double], _ b: [Double], within bound: Double = 1e-12,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(a.count == b.count, sourceLocation: sourceLocation)
    for (x, y) in zip(a, b) where x != y {
      #expect(abs(x - y) <= bound * abs(y), "\(x), \(y)", sourceLocation: sourceLocation)
    }
  }

  @Test func bernoulliRowsMatchTheDefinition() throws {
    let p = try DistributionSet(probabilities: Matrix<Double>([[0.25, 0.75]]))
    let q = try DistributionSet(probabilities: Matrix<Double>([[0.5, 0.5]]))
    // Σ p² / q = 1.25, Σ q² / p = 4/3, Σ √(p q) = (1 + √3) / √8.
    let expected: [(Measure, Double)] = [
      (.chiSquared, 0.25), (.reverseChiSquared, 1 / 3.0),
      (.bhattacharyya, 0.034668232097536955105),
      (try .renyi(order: 2), 0.2231435513142097558),
      (try .renyi(order: .infinity), 0.40546510810816438198),
      (try .renyi(order: 0), 0), (try .tsallis(order: 2), 0.25), (try .tsallis(order: 0), 0),
      (try .alpha(order: 2), 0.125), (try .alpha(order: -1), 1 / 6.0),
      (try .alpha(order: 3), 0.125), (try .tsallis(order: 3), 0.375),
    ]
    for (measure, value) in expected {
      expectSame(try values(measure, p, q), [value], within: 1e-14)
    }
  }

  @Test func renyiRisesWithTheOrder() throws {
    let orders = [0, 1e-9, 0.1, 0.5, 0.999, 1, 1.001, 1.5, 2, 5, 50, 1e6, .infinity]
    let measures = try orders.map { try Measure.renyi(order: $0) }
    let e = try evaluate(target: p, model: q, measures: measures)
    for (low, high) in zip(measures, measures.dropFirst()) {
      for (x, y) in zip(e[low], e[high]) {
        #expect(x <= y * (1 + 1e-14), "\(low.name), \(high.name)")
      }
    }
  }

  @Test func familiesMeetWhereTheirFormulasDo() throws {
    expectSame(try values(.renyi(order: 0.5)), try values(.bhattacharyya).map { 2 * $0 })
    expectSame(
      try values(.alpha(order: 0.5)), try values(.squaredHellinger).map { 4 * $0 }, within: 1e-11)
    expectSame(try values(.alpha(order: 2)), try values(.chiSquared).map { $0 / 2 })
    expectSame(try values(.alpha(order: -1)), try values(.reverseChiSquared).map { $0 / 2 })
    expectSame(try values(.tsallis(order: 2)), try values(.chiSquared))
    #expect(try values(.renyi(order: 1)) == values(.forwardKL))
    #expect(try values(.tsallis(order: 1)) == values(.forwardKL))
    #expect(try values(.alpha(order: 1)) == values(.forwardKL))
    #expect(try values(.alpha(order: 0)) == values(.reverseKL))
    for order in [0.3, 0.5, 1.5, 4] {
      // T = (exp((α - 1) R) - 1) / (α - 1) and A = T / α.
      let tsallis = try values(.tsallis(order: order))
      expectSame(try values(.alpha(order: order)), tsallis.map { $0 / order })
      let renyi = try values(.renyi(order: order))
      for (r, t) in zip(renyi, tsallis) {
        #expect(abs(log1p((order - 1) * t) / (order - 1) - r) <= 1e-11 * r, "\(order)")
      }
    }
  }

  @Test func anOrderOutOfRangeIsRefusedByTheMeasure() {
    #expect(throws: KullbackError.self) {
      try Measure.renyi(order: -1).values(target: p, model: q)
    }
  }

  @Test func exchangedRolesAreTheOrderOneLess() throws {
    for order in [-2, 0.25, 0.5, 3] {
      #expect(
        try values(.alpha(order: order)) == values(.alpha(order: 1 - order), q, p), "\(order)")
    }
    #expect(try values(.reverseChiSquared) == values(.chiSquared, q, p))
    #expect(try values(.bhattacharyya) == values(.bhattacharyya, q, p))
  }

  @Test(arguments: [1e-4, 1e-7, 1e-12])
  func ordersNearOneAndZeroComeNearTheDivergences(distance: Double) throws {
    let (forward, reverse) = (try values(.forwardKL), try values(.reverseKL))
    for sign in [-1.0, 1] {
      let near = 1 + sign * distance
      let bound = 20 * distance + 1e-12
      expectSame(try values(.renyi(order: near)), forward, within: bound)
      expectSame(try values(.tsallis(order: near)), forward, within: bound * 4)
      expectSame(try values(.alpha(order: near)), forward, within: bound * 4)
      expectSame(try values(.alpha(order: sign * distance)), reverse, within: bound * 4)
    }
  }

  @Test func rowsThatAreAlikeKeepTheirDigits() throws {
    // For d = log p - log q small, each is E[d²] times what its formula says, whatever the order.
    var model = logits(33, 57, seed: 1)
    let noise = logits(33, 57, seed: 3)
    for row in 0..<33 { for k in 0..<57 { model[row, k] += noise[row, k] * 1e-8 } }
    let alike = try DistributionSet(logits: model)
    let forward = try values(.forwardKL, p, alike)
    #expect(forward.allSatisfy { $0 > 0 && $0 < 1e-13 })
    for order in [-3, -1e-6, 0.5, 1.000001, 2, 7] {
      expectSame(try values(.alpha(order: order), p, alike), forward, within: 1e-5)
    }
    for order in [0.001, 0.5, 2, 7] {
      let scaled = forward.map { $0 * order }
      expectSame(try values(.renyi(order: order), p, alike), scaled, within: 1e-5)
      expectSame(try values(.tsallis(order: order), p, alike), scaled, within: 1e-5)
    }
    expectSame(try values(.chiSquared, p, alike), forward.map { 2 * $0 }, within: 1e-5)
    expectSame(try values(.bhattacharyya, p, alike), forward.map { $0 / 4 }, within: 1e-5)
  }

  @Test func rowsThatAreFarApartAreFiniteWhereTheResultIs() throws {
    let p = try DistributionSet(logits: Matrix<Double>([[0, -2000, 3000]]))
    let q = try DistributionSet(logits: Matrix<Double>([[0, 3000, -2000]]))
    // D is 5000, and the order ∞ no more: Σ p² / q is exp(5000).
    expectSame(try values(.renyi(order: 2), p, q), [5000])
    expectSame(try values(.renyi(order: 50), p, q), [5000])
    expectSame(try values(.renyi(order: .infinity), p, q), [5000])
    expectSame(try values(.bhattacharyya, p, q), [2500 - 0.6931471805599453])
    #expect(try values(.chiSquared, p, q) == [.infinity])
    #expect(try values(.tsallis(order: 2), p, q) == [.infinity])
    #expect(try values(.tsallis(order: 0.5), p, q) == [2])
    #expect(try values(.alpha(order: 0.5), p, q) == [4])
  }

  @Test func zeroMassIsInfiniteExactlyWhereItBelongs() throws {
    let infinity = Double.infinity
    let log2 = 0.6931471805599453
    let rows = Matrix<Double>([[0.5, 0.5, 0], [1, 0, 0], [0.5, 0.5, 0]])
    let others = Matrix<Double>([[1, 0, 0], [0.5, 0.5, 0], [0, 0, 1]])
    let (p, q) = (
      try DistributionSet(probabilities: rows), try DistributionSet(probabilities: others)
    )
    let table: [(Measure, [Double])] = [
      (try .renyi(order: 0), [0, log2, infinity]),
      (try .renyi(order: 0.5), [log2, log2, infinity]),
      (try .renyi(order: 2), [infinity, log2, infinity]),
      (try .renyi(order: infinity), [infinity, log2, infinity]),
      (try .tsallis(order: 0), [0, 0.5, 1]), (try .tsallis(order: 2), [infinity, 1, infinity]),
      (try .alpha(order: 2), [infinity, 0.5, infinity]),
      (try .alpha(order: -1), [0.5, infinity, infinity]),
      (.chiSquared, [infinity, 1, infinity]), (.reverseChiSquared, [1, infinity, infinity]),
      (.bhattacharyya, [log2 / 2, log2 / 2, infinity]),
    ]
    for (measure, expected) in table {
      let found = try values(measure, p, q)
      expectSame(found, expected, within: 1e-14)
      #expect(found.allSatisfy { $0.sign == .plus }, "\(measure.name)")
    }
  }

  @Test func aDistributionDivergesFromItselfByExactlyZero() throws {
    let orders = [-2, 0, 0.3, 0.5, 0.999, 1, 1.001, 2, 40]
    let measures =
      try orders.map { try Measure.alpha(order: $0) }
      + orders.dropFirst().flatMap { [try Measure.renyi(order: $0), try .tsallis(order: $0)] }
      + [.renyi(order: .infinity), .chiSquared, .reverseChiSquared, .bhattacharyya]
    let e = try evaluate(target: p, model: p, measures: measures)
    for measure in measures {
      #expect(e[measure].allSatisfy { $0 == 0 && $0.sign == .plus }, "\(measure.name)")
    }
  }

  @Test func anInvalidRowIsNaNAndListedBesideOldMeasuresAndWithout() throws {
    var broken = logits(5, 7, seed: 4)
    broken[3, 2] = .nan
    let target = try DistributionSet(logits: broken)
    let model = try DistributionSet(logits: logits(5, 7, seed: 5))
    for measures in [[Measure.chiSquared], [.forwardKL, .chiSquared, .bhattacharyya]] {
      let e = try evaluate(target: target, model: model, measures: measures)
      #expect(e.diagnostics.invalidRows == [InvalidRow(row: 3, side: .target, reason: .notANumber)])
      for measure in measures {
        #expect(e[measure].indices.filter { e[measure][$0].isNaN } == [3], "\(measure.name)")
      }
    }
  }

  @Test func streamsSumThemUpBesideOldMeasures() throws {
    let measures: [Measure] = [.forwardKL, .chiSquared, try .renyi(order: 0.5)]
    var stream = EvaluationStream(measures: measures)
    for from in stride(from: 0, to: 33, by: 10) {
      let rows = from..<min(33, from + 10)
      try stream.add(target: p[rows], model: q[rows])
    }
    let whole = try evaluate(target: p, model: q, measures: measures)
    for measure in measures {
      #expect(stream.summary(of: measure).mean == whole.summary(of: measure).mean)
    }
  }

  @Test func allPairsAgreeWithRows() throws {
    let measures: [Measure] = [
      .chiSquared, .bhattacharyya, try .renyi(order: 0.5), try .renyi(order: .infinity),
      try .alpha(order: -1),
    ]
    for measure in measures {
      let all = try pairwise(measure, targets: p[0..<9], models: q[0..<4]).values
      for row in 0..<9 {
        for column in 0..<4 {
          expectSame(
            [all[row, column]], try values(measure, p[row..<row + 1], q[column..<column + 1]))
        }
      }
    }
  }

  @Test func ordersThatAreNoneAreRefused() {
    for order in [-1, -1e-300, -Double.infinity, .nan] {
      #expect(throws: KullbackError.self) { try Measure.renyi(order: order) }
      #expect(throws: KullbackError.self) { try Measure.tsallis(order: order) }
    }
    #expect(throws: KullbackError.invalidOrder(.infinity, of: "tsallis")) {
      try Measure.tsallis(order: .infinity)
    }
    for order in [Double.infinity, -.infinity, .nan] {
      #expect(throws: KullbackError.self) { try Measure.alpha(order: order) }
    }
    #expect(
      KullbackError.invalidOrder(-1, of: "renyi").description
        == "-1 is no order of renyi, whose orders are 0 to inf")
  }

  @Test(arguments: [
    ("renyi:2", "renyi:2"), ("renyi:2.0", "renyi:2"), ("renyi:inf", "renyi:inf"),
    ("renyi:0.5", "renyi:0.5"), ("alpha:-1", "alpha:-1"), ("tsallis:1e-3", "tsallis:0.001"),
    ("alpha:-0.0", "alpha:0"),
  ])
  func membersOfFamiliesAreFoundByTheirNames(text: String, name: String) throws {
    let measure = try Measure.named(text)
    #expect(measure.name == name)
    #expect(try Measure.named(measure.name) == measure)
    #expect(measure.isDivergence)
  }

  @Test(arguments: [
    "renyi", "renyi:", "renyi:x", ":2", "kl:2", "renyi:2:3", "chi-squared:2", "Renyi:2",
  ])
  func whatNamesNoMemberIsRefusedWithThePatterns(name: String) {
    #expect(throws: KullbackError.unknownMeasure(name)) { try Measure.named(name) }
    #expect(KullbackError.unknownMeasure(name).description.contains("renyi:ORDER"))
  }

  @Test func measuresOfDifferentOrdersDiffer() throws {
    #expect(try Measure.renyi(order: 2) != .renyi(order: 3))
    #expect(try Measure.renyi(order: 2) != .tsallis(order: 2))
    #expect(try Set([Measure.renyi(order: 2), .renyi(order: 2.0)]).count == 1)
    for family in Measure.families {
      let names = family.samples.map(\.name)
      #expect(Set(names).count == names.count)
      #expect(names.allSatisfy { $0.hasPrefix("\(family.name):") })
    }
  }
}
