import Foundation
import Kullback
import KullbackTestSupport
import Testing

/// All pairs one by one: row i of the targets with row j of the models.
func oneByOne(
  _ measure: Measure, _ targets: DistributionSet, _ models: DistributionSet
) throws -> Matrix<Double> {
  let rows = try (0..<targets.count).map { row in
    try evaluate(target: targets[row..<row + 1], model: models, measures: [measure])[measure]
  }
  return Matrix(rows.flatMap { $0 }, rows: targets.count, columns: models.count)
}

/// Holds all pairs to those one by one: both keep the promise, so they differ by at most twice as much.
func expectAgreement(
  _ values: Matrix<Double>, _ expected: Matrix<Double>, _ relative: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.rows == expected.rows && values.columns == expected.columns)
  let pairs = Array(zip(values.values, expected.values))
  let broken = pairs.firstIndex { value, wanted in
    if value == wanted || (value.isNaN && wanted.isNaN) { return false }
    return !(abs(value - wanted) <= relative * abs(wanted) + 1e-18)
  }
  guard let broken else { return }
  let (row, column) = (broken / values.columns, broken % values.columns)
  Issue.record(
    "\(name), pair \(row), \(column): \(pairs[broken].0), expected \(pairs[broken].1)",
    sourceLocation: sourceLocation)
}

/// How rows of a set are related.
enum PairwiseShape: String, CaseIterable {
  case independent, alike, duplicates, peaked, sorted

  /// Logits of rows that are related so.
  func logits(_ rows: Int, _ classes: Int, seed: UInt64) -> [[Double]] {
    var generator = SeededGenerator(seed: seed)
    func normal() -> Double { generator.normal() }
    // The same for both seeds of a test: what is alike is alike across the sets.
    var common = SeededGenerator(seed: 99)
    let base = (0..<classes).map { _ in 6 * common.uniform() - 3 }
    return (0..<rows).map { row in
      switch self {
      case .independent: (0..<classes).map { _ in 2 * normal() }
      case .alike: base.map { $0 + 0.02 * normal() }
      // KL from 1e-13 to 1.
      case .duplicates:
        base.map { x in
          let size = [0, 1e-6, 1e-4, 1e-2, 0.5][row % 5]
          return x + size * normal()
        }
      case .peaked: (0..<classes).map { _ in 6 * normal() }
      case .sorted: (0..<classes).map { k in -Double(k) * 8 / Double(classes) * normal().magnitude }
      }
    }
  }
}

@Suite struct PairwiseTests {
  /// Measures of every route.
  static let measures: [Measure] = {
    let orders: [Double] = [0.3, 2, 5]
    let powers = orders.flatMap { order in
      [
        try? Measure.renyi(order: order), try? Measure.tsallis(order: order),
        try? Measure.alpha(order: order), try? Measure.alpha(order: 1 - order),
      ].compactMap { $0 }
    }
    let others = [
      try? Measure.renyi(order: .infinity), try? Measure.skew(weight: 0.99),
      try? Measure.topOverlap(count: 5),
    ]
    return Measure.all + powers + others.compactMap { $0 }
  }()

  @Test(arguments: PairwiseShape.allCases)
  func everyMeasureOfFloatsIsThatOfTheRowsByThemselves(_ shape: PairwiseShape) throws {
    let p = try DistributionSet(
      logits: Matrix(shape.logits(70, 150, seed: 1).map { $0.map { Float($0) } }))
    let q = try DistributionSet(
      logits: Matrix(shape.logits(65, 150, seed: 2).map { $0.map { Float($0) } }))
    for measure in Self.measures {
      let values = try pairwise(measure, targets: p, models: q).values
      let bound = measure.dimension == .number ? 8e-6 : 2e-6
      expectAgreement(
        values, try oneByOne(measure, p, q), bound, "\(measure.name) of \(shape) rows")
      #expect(values.values.allSatisfy { !($0 < 0) && ($0 != 0 || $0.sign == .plus) })
    }
  }

  @Test(arguments: PairwiseShape.allCases)
  func everyMeasureOfDoublesIsThatOfTheRowsByThemselves(_ shape: PairwiseShape) throws {
    let p = try DistributionSet(logits: Matrix(shape.logits(40, 90, seed: 3)))
    let q = try DistributionSet(logits: Matrix(shape.logits(33, 90, seed: 4)))
    for measure in Self.measures {
      expectAgreement(
        try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q),
        measure == .hellinger || measure == .squaredHellinger ? 1e-8 : 4e-12,
        "\(measure.name) of \(shape) rows")
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 63, 64, 65, 127, 129, 1000, 9001])
  func everyNumberOfClassesIsCutRight(_ classes: Int) throws {
    let p = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(66, classes, seed: 5).map { $0.map { Float($0) } }))
    let q = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(70, classes, seed: 6).map { $0.map { Float($0) } }))
    for measure in [Measure.forwardKL, .reverseKL, .jeffreys, .crossEntropy, .chiSquared] {
      expectAgreement(
        try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q), 2e-6,
        "\(measure.name) of \(classes) classes")
    }
  }

  @Test(arguments: [Form.logProbabilities, .probabilities, .weights])
  func everyFormIsRead(_ form: Form) throws {
    func rows(_ seed: UInt64) -> [[Double]] {
      PairwiseShape.independent.logits(70, 77, seed: seed).map { row in
        let masses = row.map { exp2($0) }
        let sum = masses.reduce(0, +)
        return masses.map { x in
          switch form {
          case .logProbabilities: log(x / sum)
          case .probabilities: x / sum
          default: x
          }
        }
      }
    }
    func check(_ p: AnyMatrix, _ q: AnyMatrix, _ bound: Double) throws {
      let smoothing = form == .weights ? 0.25 : 0
      for (a, b) in [(0.0, 0.0), (smoothing, smoothing)] {
        let p = try DistributionSet(p, form: form, smoothing: a)
        let q = try DistributionSet(q, form: form, smoothing: b)
        for measure in [
          Measure.forwardKL, .reverseKL, .jeffreys, .reverseCrossEntropy, .bhattacharyya,
        ] {
          expectAgreement(
            try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q), bound,
            "\(measure.name) of \(form) as \(p.matrix.kind.name), smoothing \(a)")
        }
      }
    }
    let (p, q) = (rows(7), rows(8))
    try check(AnyMatrix(Matrix(p)), AnyMatrix(Matrix(q)), 4e-12)
    try check(
      AnyMatrix(Matrix(p.map { $0.map { Float($0) } })),
      AnyMatrix(Matrix(q.map { $0.map { Float($0) } })), 2e-6)
    try check(
      AnyMatrix(Matrix(p.map { $0.map { Float16($0) } })),
      AnyMatrix(Matrix(q.map { $0.map { BFloat16(Float($0)) } })), 2e-6)
  }

  @Test func temperaturesAndMixedFormsAreTakenIn() throws {
    let logits = Matrix(
      PairwiseShape.independent.logits(64, 40, seed: 9).map { $0.map { Float($0) } })
    for temperature in [0.5, 0.7, 3] {
      let p = try DistributionSet(logits: logits, temperature: temperature)
      let q = try DistributionSet(
        weights: Matrix((0..<2800).map { Int32(1 + $0 * 7919 % 97) }, rows: 70, columns: 40))
      for measure in [Measure.forwardKL, .reverseKL, .jensenShannon] {
        expectAgreement(
          try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q), 2e-6,
          "\(measure.name) at \(temperature)")
      }
    }
  }

  @Test func massThatIsMissingIsInfinitelyFarInTheRightDirection() throws {
    var p = PairwiseShape.independent.logits(70, 130, seed: 10)
    var q = PairwiseShape.independent.logits(70, 130, seed: 11)
    for row in stride(from: 0, to: 70, by: 2) { p[row][row] = -.infinity }
    for row in stride(from: 0, to: 70, by: 3) { q[row][129 - row] = -.infinity }
    q[5] = p[4]
    let targets = try DistributionSet(logits: Matrix(p.map { $0.map { Float($0) } }))
    let models = try DistributionSet(logits: Matrix(q.map { $0.map { Float($0) } }))
    for measure in Self.measures {
      let expected = try oneByOne(measure, targets, models)
      expectAgreement(
        try pairwise(measure, targets: targets, models: models).values, expected,
        measure.dimension == .number ? 8e-6 : 2e-6, measure.name)
    }
    let forward = try pairwise(.forwardKL, targets: targets, models: models).values
    #expect(forward[4, 5] == 0)
    #expect(forward[0, 0] == .infinity && forward[0, 1].isFinite)
  }

  @Test func oneHotRowsKeepTheirDigits() throws {
    let classes = 100
    let points = (0..<80).map { row in
      (0..<classes).map { k in Float(k == row ? 1 : row % 3 == 0 ? 0 : 1e-7) }
    }
    let p = try DistributionSet(weights: Matrix(points))
    let q = try DistributionSet(weights: Matrix(points.map { $0.map { $0 + 1e-3 } }))
    for measure in [Measure.forwardKL, .reverseKL, .jensenShannon, .totalVariation, .crossEntropy] {
      expectAgreement(
        try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q), 8e-6,
        measure.name)
    }
  }

  @Test func aSetAgainstItselfHasZerosOnItsDiagonalAndIsThatOfTwoSets() throws {
    let set = try DistributionSet(
      logits: Matrix(
        PairwiseShape.duplicates.logits(1100, 70, seed: 12).map { $0.map { Float($0) } }))
    for measure in [Measure.forwardKL, .jeffreys, .hellinger, .bhattacharyya] {
      let own = try pairwise(measure, of: set).values
      let two = try pairwise(measure, targets: set, models: set).values
      expectAgreement(own, two, 8e-6, measure.name)
      #expect((0..<set.count).allSatisfy { own[$0, $0] == 0 && two[$0, $0] == 0 })
      if measure != .forwardKL {
        #expect((0..<set.count).allSatisfy { own[$0, 7] == own[7, $0] })
      }
    }
  }

  @Test func reverseIsForwardTurned() throws {
    let p = try DistributionSet(logits: Matrix(PairwiseShape.alike.logits(70, 200, seed: 13)))
    let q = try DistributionSet(logits: Matrix(PairwiseShape.alike.logits(90, 200, seed: 14)))
    let reverse = try pairwise(.reverseKL, targets: p, models: q).values
    let forward = try pairwise(.forwardKL, targets: q, models: p).values
    for i in 0..<70 {
      for j in 0..<90 { #expect(abs(reverse[i, j] - forward[j, i]) <= 4e-12 * forward[j, i]) }
    }
  }

  @Test func resultsAreTheSameWhateverTheThreads() throws {
    let p = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(600, 300, seed: 15).map { $0.map { Float($0) } }))
    for measure in [Measure.forwardKL, .jeffreys, .chiSquared] {
      let one = try pairwise(measure, of: p, threads: 1).values
      #expect(try pairwise(measure, of: p, threads: 3).values == one)
    }
  }

  @Test func bandsMakeUpTheMatrixInLittleMemory() throws {
    let p = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(300, 9000, seed: 16).map { $0.map { Float($0) } }))
    let q = p[0..<200]
    let whole = try pairwise(.forwardKL, targets: p, models: q).values
    var next = 0
    var rows: [Double] = []
    try pairwise(
      .forwardKL, targets: p, models: q, as: Double.self, workingMemory: 4 << 20
    ) { band, values in
      #expect(band.lowerBound == next && values.rows == band.count && values.columns == 200)
      next = band.upperBound
      rows += values.values
    }
    #expect(next == 300)
    expectAgreement(Matrix(rows, rows: 300, columns: 200), whole, 2e-6, "bands")
  }

  @Test func floatResultsAreTheDoublesRounded() throws {
    let p = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(80, 64, seed: 17).map { $0.map { Float($0) } }))
    let double = try pairwise(.forwardKL, targets: p, models: p).values
    let single = try pairwise(.forwardKL, targets: p, models: p, as: Float.self).values
    #expect(single.values == double.values.map { Float($0) })
  }

  @Test func invalidRowsHaveNoValuesAndAreReported() throws {
    var rows = PairwiseShape.independent.logits(70, 64, seed: 18).map { $0.map { Float($0) } }
    rows[3][5] = .nan
    rows[9] = [Float](repeating: -.infinity, count: 64)
    let p = try DistributionSet(logits: Matrix(rows))
    let q = p[4..<70]
    for measure in [Measure.forwardKL, .reverseKL, .jensenShannon, .targetEntropy, .chiSquared] {
      let result = try pairwise(measure, targets: p, models: q, as: Double.self)
      for i in 0..<70 {
        for j in 0..<66 {
          #expect(result.values[i, j].isNaN == (i == 3 || i == 9 || j == 5), "\(measure.name)")
        }
      }
      #expect(result.report.diagnostics.invalidCount == 3)
    }
  }

  @Test func nearlyEqualRowsAreEvaluatedOneByOneAndSaidSo() throws {
    let p = try DistributionSet(
      logits: Matrix(
        PairwiseShape.duplicates.logits(100, 100, seed: 19).map { $0.map { Float($0) } }))
    let alike = try pairwise(.forwardKL, targets: p, models: p, as: Double.self).report
    #expect(alike.refined > 0 && alike.refinedShare <= 1)
    let apart = try DistributionSet(
      logits: Matrix(
        PairwiseShape.independent.logits(100, 100, seed: 20).map { $0.map { Float($0) } }))
    let report = try pairwise(
      .forwardKL, targets: apart[0..<50], models: apart[50..<100], as: Double.self
    ).report
    #expect(report.refinedShare < 0.01)
  }

  @Test func aMeasureOfNoProductSaysThatAllPairsWereEvaluatedOneByOne() throws {
    var rows = PairwiseShape.independent.logits(300, 7, seed: 21)
    (rows[5][2], rows[299][0]) = (.nan, .nan)
    let set = try DistributionSet(logits: Matrix(rows))
    let measure = try Measure.renyi(order: .infinity)
    let own = try pairwise(measure, of: set).report
    #expect(own.refined == 298 * 297 && own.computed == own.refined && own.refinedShare == 1)
    let two = try pairwise(measure, targets: set[0..<10], models: set).report
    // Each of the nine is there too, at 0.
    #expect(two.refined == 9 * 297 && two.computed == two.refined && two.refinedShare == 1)
    #expect(try pairwise(.forwardKL, of: set).report.computed == 298 * 297)
    #expect(try pairwise(measure, of: set[0..<0]).report.refinedShare == 0)
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    let p = try DistributionSet(logits: logits(3, 5, seed: 1))
    let q = try DistributionSet(logits: logits(3, 6, seed: 1))
    #expect(throws: KullbackError.shapeMismatch(target: p.shape, model: q.shape)) {
      try pairwise(.forwardKL, targets: p, models: q).values
    }
    var wrong = Matrix<Double>(repeating: 7, rows: 3, columns: 4)
    #expect(
      throws: KullbackError.resultShape(
        expected: Shape(rows: 3, columns: 3), given: Shape(rows: 3, columns: 4))
    ) { try pairwise(.forwardKL, targets: p, models: p, into: &wrong) }
    #expect(wrong.values == [Double](repeating: 7, count: 12))
  }

  @Test func emptySetsHaveNoPairs() throws {
    let p = try DistributionSet(logits: logits(3, 5, seed: 1))
    #expect(try pairwise(.forwardKL, targets: p[0..<0], models: p).values.rows == 0)
    let none = try pairwise(.jeffreys, targets: p, models: p[0..<0]).values
    #expect(none.rows == 3 && none.columns == 0)
  }

  @Test func aCancelledTaskEndsTheWork() async throws {
    let p = try DistributionSet(logits: logits(300, 50, seed: 1))
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try pairwise(.forwardKL, targets: p, models: p).values
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

extension PairwiseTests {
  @Test(arguments: [1e4, 1e6, 1e7])
  func logitsFarFrom0KeepTheirDigits(_ offset: Double) throws {
    // Multiples of the spacing at the offset: the sums are exact.
    let step = max(1.0 / 64, Double(Float(offset).ulp))
    func rows(_ seed: UInt64) -> [[Double]] {
      PairwiseShape.independent.logits(80, 64, seed: seed)
        .map { $0.map { ($0 * max(1, step) / step).rounded() * step } }
    }
    let (p, q) = (rows(41), rows(42))
    for type in [ElementKind.float32, .float64] {
      let sets = try [0, offset].map { shift in
        try [p, q].map { rows in
          let moved = rows.map { $0.map { $0 + shift } }
          return type == .float32
            ? try DistributionSet(logits: Matrix(moved.map { $0.map { Float($0) } }))
            : try DistributionSet(logits: Matrix(moved))
        }
      }
      for measure in [Measure.forwardKL, .jeffreys, .jensenShannon, .hellinger, .chiSquared] {
        expectAgreement(
          try pairwise(measure, targets: sets[1][0], models: sets[1][1]).values,
          try oneByOne(measure, sets[0][0], sets[0][1]),
          type == .float32 ? 2e-6 : measure == .hellinger ? 1e-8 : 4e-12,
          "\(measure.name) of \(type.name) around \(offset)")
      }
    }
  }
}
