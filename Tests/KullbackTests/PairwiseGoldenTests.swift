import Foundation
import Kullback
import KullbackTestSupport
import Testing

/// Pairs of two sets whose measures mpmath computed to 40 digits; `Golden/make_pairwise_golden.py` makes the
/// same rows and says how.
struct PairwiseGolden: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    /// Of the targets and of the models.
    let types: [String]
    let form: String
    let classes: Int
    /// What is taken off the logits of each row to make them log-probabilities.
    let shifts: [Double]
    let pairs: [[Int]]
    let expected: [String]

    var testDescription: String { "\(types) \(form), \(classes) classes" }
  }

  let measures: [String]
  let cases: [Case]

  static let table: PairwiseGolden = {
    guard let url = Bundle.module.url(forResource: "pairwise", withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode(PairwiseGolden.self, from: data)
    else { preconditionFailure("pairwise.json is not there or not readable") }
    return table
  }()
}

extension PairwiseGolden.Case {
  /// Rows of either set: 66 of each are enough for products in `Float`.
  static let rows = 66

  var isLog: Bool { form == "logits" || form == "logProbabilities" }

  /// A row of both sets, the targets' before the models'. Of each set, rows
  ///
  /// - 0..<24 are nearly that of the other set, by steps in every class or in one (or its tail alone),
  /// - 24..<28 equal, 28..<34 have no mass in a fifth of the classes, in both sets or one,
  /// - 34..<40 are certain of one class, 40..<46 nearly so, and the rest are independent.
  func row(_ index: Int, _ type: String) -> [Double] {
    let (bits, exponent): (Int, Int) =
      switch type {
      case "float32": (22, -20)
      case "float64": (50, -48)
      case "float16": (10, -8)
      default: (7, -5)
      }
    let (r, isModel) = (index % Self.rows, index >= Self.rows)
    let unit = isLog ? exp2(Double(exponent)) : 1
    var base = SeededGenerator(seed: UInt64(1000 + (r < 28 || (r < 40 && r % 2 == 0) ? r : index)))
    let random = (0..<classes).map { _ in base.next() }
    var values = random.map { z in
      isLog
        ? Double(Int(z >> UInt64(63 - bits)) - 1 << bits) * unit
        : Double(1 << (bits - 3) + Int(z >> UInt64(65 - bits)))
    }
    let nothing = isLog ? -Double.infinity : 0
    let isWide = bits > 20
    if r < 24, (r < 17) == isWide {
      var noise = SeededGenerator(seed: UInt64(5000 + r))
      let step = isWide ? exp2(Double(r + bits - 22)) : 1
      for k in 0..<classes where isModel && (isWide || k == r) {
        values[k] += (isWide ? Double(noise.next() % 3) - 1 : 1) * step * unit
      }
    } else if r < 24 {
      let level = isWide ? r - 16 : r
      values[3] =
        isLog ? -Double(4 + level + (isModel ? 1 : 0)) : exp2(-Double(level)) * (isModel ? 1.5 : 1)
    } else if (28..<34).contains(r), r < 30 || isModel == (r < 32) {
      for k in stride(from: r % 5, to: classes, by: 5) { values[k] = nothing }
    } else if (34..<40).contains(r), r < 38 || !isModel {
      let hot = r < 36 || !isModel ? r : r + 1
      values = (0..<classes).map { $0 == hot ? (isLog ? 0 : 1) : nothing }
    } else if (40..<46).contains(r) {
      let hot = r < 43 || !isModel ? r : r + 1
      for k in 0..<classes {
        if isLog {
          if k == hot { values[k] = 40 }
        } else {
          values[k] = k == hot ? exp2(Double(bits)) : 1 + Double(random[k] & 7)
        }
      }
    }
    switch form {
    case "logProbabilities": return values.map { $0 - shifts[index] }
    case "probabilities":
      let sum = values.reduce(0, +)
      return values.map { $0 / sum }
    default: return values
    }
  }

  func set(_ indices: Range<Int>, _ type: String) throws -> DistributionSet {
    let values = indices.map { row($0, type) }
    let matrix: AnyMatrix =
      switch type {
      case "float32": AnyMatrix(Matrix(values.map { $0.map { Float($0) } }))
      case "float64": AnyMatrix(Matrix(values))
      case "float16": AnyMatrix(Matrix(values.map { $0.map { Float16($0) } }))
      default: AnyMatrix(Matrix(values.map { $0.map { BFloat16(Float($0)) } }))
      }
    let form: Form =
      switch self.form {
      case "logits": .logits
      case "logProbabilities": .logProbabilities
      case "probabilities": .probabilities
      default: .weights
      }
    return try DistributionSet(matrix, form: form, tolerance: 0.1)
  }

  /// How far a value may be off, relative to itself, and in all.
  func promise(_ measure: Measure) -> (relative: Double, absolute: Double) {
    if types == ["float64", "float64"] {
      return measure == .hellinger ? (1e-12, 1e-8) : (1e-12, 0)
    }
    return (measure == .hellinger || measure == .totalVariation ? 4e-6 : 1e-6, 0)
  }

  /// Holds the pairs of a result to the table; says which is furthest beyond the promise.
  func check(
    _ value: (Int, Int) -> Double, _ measure: Measure, _ column: Int, _ name: String
  ) throws {
    var worst = (excess: 1.0, text: "")
    let (relative, absolute) = promise(measure)
    for (pair, line) in zip(pairs, expected) {
      let exact = try #require(Double(line.split(separator: " ")[column]))
      let result = value(pair[0], pair[1])
      let allowed = relative * abs(exact) + absolute
      let excess = result == exact ? 0 : abs(result - exact) / allowed
      let isBroken = excess.isNaN || result < 0 || (result == 0 && result.sign == .minus)
      if isBroken || excess > worst.excess {
        worst = (
          isBroken ? .infinity : excess,
          "\(measure.name), \(name), pair \(pair): \(result), expected \(exact)"
        )
      }
    }
    #expect(worst.excess <= 1, "\(worst.text)")
  }
}

@Suite struct PairwiseGoldenTests {
  @Test func theTableCoversWhatIsPromised() throws {
    let table = PairwiseGolden.table
    #expect(table.measures.count == 12)
    #expect(Set(table.cases.flatMap(\.types)).count == 4)
    #expect(Set(table.cases.map(\.form)).count == 4)
    let forward = table.cases.flatMap { $0.expected.map { $0.split(separator: " ")[0] } }
      .compactMap { Double($0) }
    #expect(forward.contains(0) && forward.contains(.infinity))
    for power in -12..<0 {
      let decade = pow(10, Double(power))..<pow(10, Double(power + 1))
      #expect(forward.contains { decade.contains($0) }, "no divergence near 1e\(power)")
    }
  }

  @Test(arguments: PairwiseGolden.table.cases)
  func twoSetsAreAsPromised(_ golden: PairwiseGolden.Case) throws {
    let rows = PairwiseGolden.Case.rows
    let targets = try golden.set(0..<rows, golden.types[0])
    let models = try golden.set(rows..<2 * rows, golden.types[1])
    for (column, name) in PairwiseGolden.table.measures.enumerated() {
      let measure = try Measure.named(name)
      let values = try pairwise(measure, targets: targets, models: models).values
      try golden.check({ values[$0, $1 - rows] }, measure, column, "two sets")
      // Rows that are equal bit for bit.
      if measure.isDivergence, golden.types[0] == golden.types[1] {
        #expect((24..<28).allSatisfy { values[$0, $0] == 0 }, "\(name)")
      }
    }
  }

  @Test(arguments: PairwiseGolden.table.cases.filter { $0.types[0] == $0.types[1] })
  func aSetAgainstItselfIsAsPromised(_ golden: PairwiseGolden.Case) throws {
    let rows = PairwiseGolden.Case.rows
    let set = try golden.set(0..<2 * rows, golden.types[0])
    for (column, name) in PairwiseGolden.table.measures.enumerated() {
      let measure = try Measure.named(name)
      let values = try pairwise(measure, of: set).values
      try golden.check({ values[$0, $1] }, measure, column, "against itself")
      if measure.isDivergence {
        #expect((0..<2 * rows).allSatisfy { values[$0, $0] == 0 }, "\(name)")
        #expect((24..<28).allSatisfy { values[$0, $0 + rows] == 0 }, "\(name)")
      }
    }
  }
}
