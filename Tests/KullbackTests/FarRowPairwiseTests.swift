import Kullback
import KullbackTestSupport
import Testing

/// All pairs of sets in which a few rows are far from the others, or masked by the least number, are those of the
/// rows by themselves: near-duplicates keep their digits whatever else is in the set.
@Suite struct FarRowPairwiseTests {
  private static let least = -Double.greatestFiniteMagnitude

  /// Holds every measure of a set against itself, and of two sets, to the rows by themselves.
  private func check(_ p: DistributionSet, _ q: DistributionSet, _ name: String) throws {
    for measure in PairwiseTests.measures {
      let expected = try oneByOne(measure, p, q)
      let all = try pairwise(measure, targets: p, models: q)
      // What distances lose near 0 is a root of what their squares do.
      let bound = measure == .hellinger || measure == .squaredHellinger ? 1e-8 : 4e-12
      expectAgreement(all.values, expected, bound, "\(measure.name) \(name)")
      let invalid = all.report.diagnostics.invalidCount
      #expect((invalid > 0) == expected.values.contains { $0.isNaN }, "\(measure.name) \(name)")
      let own = try pairwise(measure, of: p)
      let alone = try oneByOne(measure, p, p)
      expectAgreement(own.values, alone, bound, "\(measure.name) \(name), of a set")
      #expect(
        (own.report.diagnostics.invalidCount > 0) == alone.values.contains { $0.isNaN },
        "\(measure.name) \(name), of a set")
    }
  }

  @Test func aFarRowCostsNearDuplicatesNoDigits() throws {
    let near = [[6.54, 1.09, -4.93], [6.5399996, 1.0899998, -4.9300005]]
    let set = try DistributionSet(logits: Matrix(near + [[1e7, 1e7, 1e7]]))
    let value = try pairwise(.forwardKL, of: set)[0, 1]
    // By mpmath, 50 digits.
    #expect(abs(value - 8.524447745066558e-17) <= 1e-12 * value)
    for measure in PairwiseTests.measures {
      let some = try pairwise(measure, of: set)
      let expected = try oneByOne(measure, set, set)
      let without = try pairwise(measure, of: set[0..<2])
      #expect(abs(some[0, 1] - expected[0, 1]) <= 2e-12 * expected[0, 1], "\(measure.name)")
      #expect(abs(some[0, 1] - without[0, 1]) <= 2e-12 * expected[0, 1], "\(measure.name)")
    }
  }

  @Test(arguments: [1e7, -1e10, 1e15], [1, 0.7, 1e-3, 1000])
  func farRowsAmongNearOnesAreThoseByThemselves(_ level: Double, _ temperature: Double) throws {
    var random = SeededGenerator(seed: 5)
    for classes in [3, 40] {
      let base = (0..<classes).map { _ in 3 * random.normal() }
      func rows(_ count: Int) -> [[Double]] {
        (0..<count).map { row in
          let size = [1e-8, 1e-5, 1e-2, 1][row % 4]
          return base.map { x in
            // A few are at the level, and a few half there.
            let shift = row == 4 ? level : row == 5 && x > 0 ? level : 0
            return temperature * (x + size * random.normal()) + shift
          }
        }
      }
      try check(
        DistributionSet(logits: Matrix(rows(9)), temperature: temperature),
        DistributionSet(logits: Matrix(rows(7)), temperature: temperature),
        "at \(level), \(temperature), \(classes) classes")
    }
  }

  @Test(arguments: [0, 1e7], [1, 0.7, 1e-3, 1000])
  func masksByTheLeastNumberAreThoseOfTheRowsByThemselves(
    _ level: Double, _ temperature: Double
  ) throws {
    var random = SeededGenerator(seed: 6)
    for classes in [3, 20] {
      func rows(_ count: Int) -> [[Double]] {
        (0..<count).map { row in
          let masked = row % 3 == 0 ? 0 : 1 + row % 2
          return (0..<classes).map { k in
            k % 3 < masked && k < classes - 1
              ? Self.least : random.normal() * temperature + (row == 4 ? level : 0)
          }
        }
      }
      try check(
        DistributionSet(logits: Matrix(rows(7)), temperature: temperature),
        DistributionSet(logits: Matrix(rows(6)), temperature: temperature),
        "masked at \(level), \(temperature), \(classes) classes")
    }
  }

  /// A faint class that the other side has far below makes the divergence: of logits at a level, its mass has few
  /// digits in a product.
  @Test(arguments: [0, 20, 500, 2e4, 1e6], [1, 0.7, 1000])
  func crossEntropiesHaveTheDigitsOfEntropies(_ level: Double, _ temperature: Double) throws {
    var random = SeededGenerator(seed: 7)
    for classes in [3, 40, 700] {
      func rows(_ count: Int, _ faint: Double) -> [[Double]] {
        (0..<count).map { row in
          (0..<classes).map { k in
            let x = k == row % 3 ? faint * Double(row + 1) : random.normal()
            return temperature * (x + (row % 4 == 1 ? 0.5 * level : level))
          }
        }
      }
      let p = try DistributionSet(
        logits: Matrix(rows(9, -4) + rows(2, 1)), temperature: temperature)
      let q = try DistributionSet(
        logits: Matrix(rows(7, -1e6) + rows(2, 1)), temperature: temperature)
      for measure in [Measure.crossEntropy, .reverseCrossEntropy] {
        for (p, q) in [(p, q), (q, p), (p, p)] {
          expectAgreement(
            try pairwise(measure, targets: p, models: q).values, try oneByOne(measure, p, q),
            2e-13, "\(measure.name) at \(level), \(temperature), \(classes) classes")
        }
      }
      expectAgreement(
        try pairwise(.forwardKL, targets: p, models: q).values, try oneByOne(.forwardKL, p, q),
        2e-12, "forward-kl at \(level), \(temperature), \(classes) classes")
    }
  }

  @Test func whatIsBeyondEveryNumberIsSaid() throws {
    let p = try DistributionSet(
      logits: Matrix([[1, 2, Self.least], [1, 2, 0.5]]), temperature: 0.7)
    let q = try DistributionSet(
      logits: Matrix([[1, 2.5, 3], [2, 1, 0], [0, 1, Self.least]]), temperature: 0.7)
    try check(p, q, "beyond")
    let all = try pairwise(.reverseKL, targets: p, models: q)
    #expect(all[0, 0].isNaN && all[0, 1].isNaN && all[1, 2].isNaN)
    #expect(all[0, 2].isFinite && all[1, 0].isFinite)
    #expect(
      Set(all.report.diagnostics.invalidRows)
        == Set(
          [(0, Side.target), (1, .target), (0, .model), (1, .model), (2, .model)].map {
            InvalidRow(row: $0.0, side: $0.1, reason: .outOfRange)
          }))
    let found = try q.nearest(3, to: p, by: .reverseKL)
    #expect(found[0].map(\.row) == [2] && found[1].count == 2)
    #expect(found.report.diagnostics.invalidCount == 5)
  }

  /// Each side has no mass where the other is masked: either divergence is a number, their sum is none.
  @Test func divergencesAsLargeAsNumbersAreNumbers() throws {
    let p = try DistributionSet(logits: Matrix([[0, 1, Self.least, 0.5]]))
    let q = try DistributionSet(logits: Matrix([[Self.least, Self.least, 0, 0.5]]))
    try check(p, q, "as large as numbers")
    let measures: [Measure] = [
      .forwardKL, .reverseKL, .totalVariation, .jensenShannon, .hellinger,
      .triangularDiscrimination, .jeffreys,
    ]
    let found = try evaluate(target: p, model: q, measures: measures)
    // By mpmath, 50 digits.
    let expected = [
      1.2454492000482226e308, 6.7870226842975333e307, 0.6928041142815016, 0.3982185870495838,
      0.75014425375183408, 1.1772565050267227, .infinity,
    ]
    for (measure, expected) in zip(measures, expected) {
      let value = found[measure][0]
      #expect(value == expected || abs(value - expected) <= 1e-12 * expected, "\(measure.name)")
    }
  }
}
