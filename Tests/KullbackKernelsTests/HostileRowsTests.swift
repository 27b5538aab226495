import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing
import KullbackSystem

/// Rows as real users have them and no one thinks of.
///
/// Masked vocabularies, far levels, padding and near-duplicates, in every form and type, at any temperature: each value is within its promise, or the row is not valid.
@Suite struct HostileRowsTests {
  /// Cases of a part, of which there are 20.
  ///
  /// `make exhaustive` sets a million in all, `make sanitize` fewer than usual.
  static let casesOfPart: Int = {
    // SAFETY: a valid C string, or none.
    if let text = unsafe getenv("KULLBACK_HOSTILE_ROWS"),
      let rows = unsafe Int(String(cString: text))
    {
      return max(1, rows / 20)
    }
    return unsafe getenv("KULLBACK_EXHAUSTIVE") == nil ? 500 : 50_000
  }()

  @Test(arguments: 0..<20)
  func everyValueIsWithinItsPromise(part: Int) {
    holdPromises(part, cases: Self.casesOfPart)
  }

  /// The same in segments of a few classes, which most of the rows have several of.
  ///
  /// Not more of them for `make exhaustive`: sums of so few classes round more often than those of real segments.
  @Test(.segments(of: 4), arguments: 0..<16)
  func everyValueIsWithinItsPromiseInSegments(part: Int) {
    holdPromises(part, cases: max(1, min(50, Self.casesOfPart / 10)))
  }

  private func holdPromises(_ part: Int, cases: Int) {
    var (broken, reported) = (0, [String]())
    for index in 0..<cases {
      let pair = HostilePair(seed: UInt64(part * 1_000_000 + index))
      guard let fault = pair.fault() else { continue }
      broken += 1
      if reported.count < 5 { reported.append("\(part * 1_000_000 + index): \(fault)") }
    }
    #expect(broken == 0, "\(reported.joined(separator: "\n"))")
  }

  /// One in some thousand of a million, found by `make exhaustive`, each of a kind of its own.
  @Test func casesThatOnceWereWrongAreRight() {
    let seeds: [UInt64] = [
      4935, 6990, 15500, 29753, 31119, 34076, 40009, 57180, 60135, 1001229, 1006000, 1039660,
      1041835, 2005955, 2017303, 2023749, 2029276, 2044054, 3004057, 3004668, 3016289, 3037172,
      5053206, 5055224, 6041226, 6055615, 7002975, 7018193, 7052214, 9003142, 9003221, 9017214,
      9020559, 9026960, 9029712, 10050770, 10062011, 11022885, 12022580, 12025881, 12033076,
      12050954, 12057347, 13043938, 13059322, 14057303, 15017414, 15017834,
      7054160, 8048642, 19_003_561,
    ]
    for seed in seeds {
      let fault = HostilePair(seed: seed).fault()
      #expect(fault == nil, "\(seed): \(fault ?? "")")
    }
  }

  @Test(arguments: [ElementKind.float32, .float64, .float16, .bfloat16])
  func aMaskedFirstBlockEndsAndIsRight(kind: ElementKind) {
    for classes in [2049, 2050, 4097, 9000] {
      let masked = [Double](repeating: -.infinity, count: 2048)
      let (a, b) = (
        masked + [Double](repeating: 0, count: classes - 2048),
        [Double](repeating: 0, count: classes)
      )
      expectPromise(
        RowOperand([a], as: kind), RowOperand([b], as: kind), rows: 0..<1, "\(kind.name) masked")
      expectPromise(
        RowOperand([b], as: kind), RowOperand([a], as: kind), rows: 0..<1, "\(kind.name) masked")
    }
  }

  @Test func levelsChangeNothing() {
    let rows: [([Double], [Double], ElementKind)] = [
      ([1, 2, 3], [Double](repeating: -3.4028234663852886e38, count: 3), .float32),
      ([1e14, 1e14, 1e14], [1, 2, 3], .float64), ([1e30, 0], [-1e30, 0], .float32),
      ([1, 2, -3.4028234663852886e38], [1, 2.5, -3.4028234663852886e38], .float32),
      ([1, 2, -1.7976931348623157e308], [1, 2.5, -1.7976931348623157e308], .float64),
      ([-3_985_476_096], [52_076_281_856], .float32),
    ]
    for (a, b, kind) in rows {
      expectPromise(
        RowOperand([a], as: kind), RowOperand([b], as: kind), rows: 0..<1, "\(a) and \(b)")
    }
  }

  @Test(arguments: [1, 2, 10, 1000])
  func aMaskByTheSmallestDoubleOnOneSideIsARowAsOthersAre(repeats: Int) {
    let least = -Double.greatestFiniteMagnitude
    let rows: [([Double], [Double])] = [
      ([1, 2, least], [1, 2.5, 3]), ([0, 0, least], [0, 0, 0]), ([0, -9e307, least], [3, 2, 1]),
      ([5, 0, -8.9e307], [0, 0, 1]), ([5, 0, -9e307], [0, 0, 1]),
    ]
    for (a, b) in rows {
      let (a, b) = ((0..<repeats).flatMap { _ in a }, (0..<repeats).flatMap { _ in b })
      let masked = RowOperand([a], as: .float64)
      let plain = RowOperand([b], as: .float64)
      expectPromise(masked, plain, rows: 0..<1, "a mask")
      expectPromise(plain, masked, rows: 0..<1, "the other's mask")
    }
  }

  @Test func differencesBeyondTheRangeAreNamed() {
    let limit = Double.greatestFiniteMagnitude
    let (a, b) = ([limit, -limit], [-limit, limit])
    for set in InstructionSet.available {
      let results = evaluate(
        RowOperand([a], as: .float64), RowOperand([b], as: .float64), rows: 0..<1, on: set)
      #expect(results.status(ofRow: 0) == (.outOfRange, .outOfRange))
      #expect(results[.divergence][0].isNaN)
    }
  }

  @Test func weightsOfTheLeastSumsAreWeights() {
    let (p, q) = ([1.0, 2, 3, 4], [4.0, 3, 2, 1])
    for set in InstructionSet.available {
      let expected = evaluate(
        RowOperand([p], as: .float64, form: .weights),
        RowOperand([q], as: .float64, form: .weights), rows: 0..<1, on: set)
      for exponent in [-1074, -1060, -1030, -1022, 1000] {
        let scale = Double(sign: .plus, exponent: exponent, significand: 1)
        let small = RowOperand([p.map { $0 * scale }], as: .float64, form: .weights)
        let other = RowOperand([q], as: .float64, form: .weights)
        let results = evaluate(small, other, rows: 0..<1, on: set)
        #expect(results.status(ofRow: 0) == (.valid, .valid), "2^\(exponent) on \(set)")
        for quantity in [
          PairQuantity.divergence, .reversedDivergence, .entropyOfFirst, .jensenShannon,
        ] {
          let (value, right) = (results[quantity][0], expected[quantity][0])
          #expect(
            quantity.isWithinPromise(value, right, single: false),
            "\(quantity) of weights of 2^\(exponent) on \(set): \(value) for \(right)")
        }
      }
    }
  }

  @Test func aTemperatureThatMakesAMaskInfiniteIsNoMaskOfZeroMass() {
    let lowest = Double(-Float.greatestFiniteMagnitude)
    expectPromise(
      RowOperand([[1, 2, 3]], as: .float32, temperature: 0.5),
      RowOperand([[1, 2, lowest]], as: .float32, temperature: 0.5), rows: 0..<1, "finfo.min / 0.5")
  }
}

/// One pair of rows, told by its seed.
private struct HostilePair {
  let first: RowOperand
  let second: RowOperand
  let name: String

  private static let types: [ElementKind] = [.float32, .float64, .float16, .bfloat16]
  private static let levels: [Double] = [0, 0, 0, 1e3, -1e3, 1e6, -1e8, 1e14, 1e30, -1e38]
  private static let temperatures: [Double] = [1, 1, 1, 1, 2, 0.5, 0.7, 3, 1e-6, 1e6, 1e-3, 1e3]

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed &* 2 &+ 1)
    func pick(_ count: Int) -> Int { min(count - 1, Int(random.uniform() * Double(count))) }
    // The last parts have the longest rows and the levels of either sign, too.
    let isWidest = seed >= 16_000_000
    let usual = Self.length(pick(400), pick(8))
    let n = isWidest && pick(400) == 0 ? [4097, 9000, 12_289, 70_001][pick(4)] : usual
    let sign = isWidest && pick(2) == 0 ? -1.0 : 1
    let kinds = (0..<2).map { _ in Self.types[pick(4)] }
    let types = [kinds[0], pick(3) > 0 ? kinds[0] : kinds[1]]
    let drawn = (0..<2).map { _ in pick(2) == 0 ? Form.logits : Form.allCases[pick(4)] }
    let forms = [drawn[0], pick(2) == 0 ? drawn[0] : drawn[1]]
    let level = (0..<2).map { _ in sign * Self.levels[pick(10)] }
    let levels = [level[0], pick(3) > 0 ? level[0] : level[1]]
    let temperature = (0..<2).map { _ in Self.temperatures[pick(12)] }
    let temperatures = [temperature[0], pick(2) == 0 ? temperature[0] : temperature[1]]
    let smoothing = [pick(3) == 0 ? 0.5 : 0, pick(3) == 0 ? 0.5 : 0]
    let (shape, mask, place, sides, near) = (pick(7), pick(5), pick(7), pick(4), pick(3))
    let isDouble = types == [.float64, .float64]
    let size = exp((-13 + 10 * random.uniform() + (isDouble ? 0 : 3)) * 2.302585092994046)

    var rows = [[Double]](repeating: [], count: 2)
    let (wide, noise) = (random.normals(n), random.normals(n))
    for k in 0..<n {
      let x: Double
      switch shape {
      case 0: x = 3 * wide[k]
      case 1: x = wide[k] + (k == n / 2 ? 40 : 0)
      case 2: x = (wide[k] * 1.5).rounded()
      case 3: x = 1.25
      case 4: x = wide[k] * 1e-40
      case 5:
        x = max(-1, min(1, wide[k] / 3)) * 0.4 * Self.limit(types[0], divided: temperatures[0])
      default: x = 30 * wide[k]
      }
      let other =
        shape == 3
        ? 2.5
        : shape == 5
          ? max(-1, min(1, noise[k] / 3)) * 0.4 * Self.limit(types[1], divided: temperatures[1])
          : 3 * noise[k] + (shape == 1 && k == n / 3 ? 30 : 0)
      rows[0].append(x + (forms[0] == .logits ? levels[0] : 0))
      rows[1].append(
        (near > 0 ? x + size * noise[k] : other) + (forms[1] == .logits ? levels[1] : 0))
    }
    for k in 0..<n where mask > 0 {
      let here: Bool
      switch place {
      case 0: here = k < n / 2
      case 1: here = k >= n / 2 + 1
      case 2: here = pick(2) == 0
      case 3: here = k != n / 3
      case 4: here = k % (n / 10 + 1) != 0
      case 5: here = n > 2048 && k < 2048
      default: here = false
      }
      let there = sides == 3 ? n - 1 - k < n / 2 : here
      func masked(_ side: Int) -> Double {
        switch mask {
        case 1: -.infinity
        case 2: -Self.limit(types[side], divided: temperatures[side])
        case 3: -1e4
        default: -1e9
        }
      }
      if here && sides != 1 { rows[0][k] = masked(0) }
      if there && sides != 0 { rows[1][k] = masked(1) }
    }
    // What weights sum to: beside logits, what logarithms hold to the last digit.
    let areMasses = forms.allSatisfy { $0 == .weights || $0 == .probabilities }
    let scales = (0..<2).map { side -> Double in
      switch types[side] {
      case .float64 where areMasses: [1000, 1000, 1e-290, 1e-285, 1e300][pick(5)]
      case .float64, .float32: [1000, 1000, 1e-10, 1e10][pick(4)]
      default: 1000
      }
    }
    let operands = (0..<2).map { side -> RowOperand in
      let limit = Self.limit(types[side], divided: 1)
      var values = rows[side].map { $0 == -.infinity ? $0 : max(-limit, min(limit, $0)) }
      if forms[side] != .logits {
        let top = values.max() ?? 0
        let total = top > -.infinity ? values.reduce(0) { $0 + exp($1 - top) } : 1
        values = values.map { x in
          let logP = x > -.infinity ? x - top - log(total) : x
          switch forms[side] {
          case .logProbabilities: return logP < -limit ? -.infinity : logP
          case .probabilities: return exp(logP)
          default: return exp(logP) * scales[side]
          }
        }
      }
      return RowOperand(
        [values], as: types[side], form: forms[side],
        temperature: forms[side] == .logits ? temperatures[side] : 1,
        smoothing: forms[side] == .weights ? smoothing[side] * scales[side] / 1000 : 0)
    }
    (first, second) = (operands[0], operands[1])
    name =
      "\(n) classes, \(types.map(\.name)), \(forms), shape \(shape), mask \(mask) \(place) \(sides), "
      + "near \(near) \(size), levels \(levels), temperatures \(temperatures), smoothing \(smoothing)"
  }

  /// Mostly short, at times around a block.
  private static func length(_ rare: Int, _ usual: Int) -> Int {
    switch rare {
    case 0: [2047, 2048, 2049, 3000, 257, 300, 512, 1000][usual]
    case 1..<16: [161, 160, 129, 128, 100, 255, 256, 257][usual]
    default: [1, 2, 3, 5, 10, 17, 33, 64][usual]
    }
  }

  /// The largest number of a type; of Doubles, one that the oracle can divide.
  private static func limit(_ kind: ElementKind, divided temperature: Double) -> Double {
    switch kind {
    case .float32: 3.4028234663852886e38
    case .float16: 65504
    case .bfloat16: 3.3895313892515355e38
    default: temperature == 1 ? .greatestFiniteMagnitude : 1e290
    }
  }

  /// The first thing that is wrong on any instruction set.
  func fault() -> String? {
    let values = [first, second].map { side in
      (0..<side.matrix.columns).map { side.matrix.value(row: 0, column: $0) }
    }
    let hasMass = zip([first, second], values).allSatisfy { side, row in
      switch side.form {
      case .logits, .logProbabilities: row.contains { $0 > -.infinity }
      case .probabilities, .weights: row.contains { $0 + side.smoothing > 0 }
      }
    }
    // Differences between logits that hardly any number holds, half of which the oracle adds up.
    let spread = zip([first, second], values).map { side, row in
      let finite = row.filter(\.isFinite).map { $0 / 2 / side.temperature }
      return (finite.max() ?? 0) - (finite.min() ?? 0)
    }
    let isWide = !(spread[0] + spread[1] <= 0.9e308)
    let single = first.isSingle || second.isSingle
    let oracle = hasMass ? OraclePair(first.oracleRow(0), second.oracleRow(0)) : nil
    for set in InstructionSet.available {
      for quantities in quantityFamilies {
        let results = evaluate(first, second, rows: 0..<1, quantities: quantities, on: set)
        let status = results.status(ofRow: 0)
        if status != (.valid, .valid) {
          // A form's rounding may miss the tolerance or leave no mass; what is out of range really is.
          let isRight = [status.first, status.second].contains { status in
            switch status {
            case .notNormalised, .noMass: true
            case .outOfRange: Self.isFar(oracle) || isWide
            default: false
            }
          }
          guard isRight else { return "\(status) on \(set): \(name)" }
          continue
        }
        guard let oracle else { return "valid without mass on \(set): \(name)" }
        for quantity in quantities where quantity != .sameLargest {
          let (value, expected) = (results[quantity][0], oracle[quantity])
          // Beyond, the digits of the oracle end as well.
          if abs(expected) > 1e280 || expected.isNaN { continue }
          // The normalisers themselves are only as near as their levels allow.
          let level = max(abs(oracle.logNormaliserOfFirst), abs(oracle.logNormaliserOfSecond))
          if quantity == .logRatio, abs(value - expected) <= (single ? 2e-6 : 1e-13) * level {
            continue
          }
          guard quantity.isWithinPromise(value, expected, single: single) else {
            return "\(quantity) \(value) for \(expected) on \(set): \(name)"
          }
        }
      }
    }
    return nil
  }

  private static func isFar(_ oracle: OraclePair?) -> Bool {
    guard let oracle else { return true }
    return !(oracle.divergence < 1e280 && oracle.reversedDivergence < 1e280)
  }
}
