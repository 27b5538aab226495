internal import Kullback
internal import KullbackKernels

/// A pair of rows made of fuzzed bytes, and what has to hold of it.
///
/// The first 16 bytes choose the shape, each by itself, so that a flipped byte changes one thing; those
/// behind them replace elements.
struct KernelCase {
  private let first: RowOperand
  private let second: RowOperand
  private let set: InstructionSet
  private let threads: Int
  /// Whether the rows are such as the promise of accuracy is made for without conditions.
  private let isOrdinary: Bool

  private static let lengths =
    Array(1...20) + [
      31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 513, 1000, 2047, 2048, 2049, 4095, 4097, 8193,
      70_001,
    ]
  private static let kinds: [ElementKind] = [.float32, .float64, .float16, .bfloat16]
  private static let levels: [Double] = [
    0, 0, 0, 1, 100, -100, 1e4, -1e9, 1e15, -1e30, 3e38, -1e200, 1.7e308,
  ]
  private static let temperatures: [Double] = [1, 1, 1, 1, 0.5, 2, 1e-3, 1e3, 0x1p-29, 1e-30, 1e6]
  private static let smoothings: [Double] = [0, 0, 0, 1, 1e-10, 0.5, 1e10, 1e-300]
  private static let scales: [Double] = [0, 1e-13, 1e-7, 1e-3, 1, 10, 100, 1e4]
  private static let masks: [Double] = [
    0, -.infinity, -1e4, -1e9, -3.4028234663852886e38, -1.7976931348623157e308,
  ]

  init(_ bytes: [UInt8]) {
    func choice<Value>(_ values: [Value], _ place: Int) -> Value {
      values[(place < bytes.count ? Int(bytes[place]) : 0) % values.count]
    }
    let count = choice(Self.lengths, 0)
    let forms = (choice(Form.allCases, 1), choice(Form.allCases, 2))
    let kinds = (choice(Self.kinds, 3), choice(Self.kinds, 4))
    let levels = (choice(Self.levels, 5), choice(Self.levels, 6))
    let masks = (choice(Self.masks, 7), choice(Self.masks, 8))
    let (where1, where2) = (choice(Array(0..<5), 9), choice(Array(0..<5), 10))
    let temperature = choice(Self.temperatures, 11)
    let smoothing = choice(Self.smoothings, 12)
    let (width, distance) = (choice(Self.scales, 13), choice(Self.scales, 14))
    let how = choice(Array(0..<256), 15)
    set = InstructionSet.available[how % InstructionSet.available.count]
    threads = how & 128 == 0 ? 1 : 2
    let free = bytes.dropFirst(16)
    var generator = SeededGenerator(
      seed: free.reduce(1469) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
    let base = generator.normals(count).map { $0 * width }
    let noise = generator.normals(count).map { $0 * distance }
    func row(_ logits: [Double], _ form: Form, _ level: Double, _ mask: Double, _ place: Int)
      -> [Double]
    {
      var row = logits.map { $0 + level }
      if mask != 0 {
        for k in row.indices where Self.isMasked(k, of: count, place) { row[k] = mask }
      }
      switch form {
      case .logits: return row
      case .logProbabilities:
        return OracleRow(row, form: .logits(temperature: 1)).logProbabilities.map(\.high)
      case .probabilities:
        return OracleRow(row, form: .logits(temperature: 1)).probabilities.map(\.high)
      case .weights:
        return OracleRow(row, form: .logits(temperature: 1)).probabilities.map { $0.high * 1000 }
      }
    }
    var rows = (
      row(base, forms.0, levels.0, masks.0, where1),
      row(zip(base, noise).map { $0 + $1 }, forms.1, levels.1, masks.1, where2)
    )
    // Free bytes: a place, and the upper half of an element.
    var rest = free
    var isReplaced = false
    while rest.count >= 5 {
      let part = Array(rest.prefix(5))
      rest = rest.dropFirst(5)
      let bits = part[1...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << 32
      let place = Int(part[0] >> 1) % count
      if part[0] & 1 == 0 {
        rows.0[place] = Double(bitPattern: bits)
      } else {
        rows.1[place] = Double(bitPattern: bits)
      }
      isReplaced = true
    }
    func operand(_ values: [Double], _ kind: ElementKind, _ form: Form) -> RowOperand {
      let matrix: AnyMatrix =
        switch kind {
        case .float16: AnyMatrix(Matrix([values.map { Float16($0) }]))
        case .bfloat16: AnyMatrix(Matrix([values.map { BFloat16(Float($0)) }]))
        case .float64: AnyMatrix(Matrix([values]))
        default: AnyMatrix(Matrix([values.map { Float($0) }]))
        }
      return RowOperand(
        matrix, form: form, temperature: form == .logits ? temperature : 1,
        smoothing: form == .weights ? smoothing : 0, tolerance: 0.05)
    }
    first = operand(rows.0, kinds.0, forms.0)
    second = operand(rows.1, kinds.1, forms.1)
    isOrdinary =
      !isReplaced && forms == (.logits, .logits) && masks == (0, 0) && abs(levels.0) <= 100
      && abs(levels.1) <= 100 && (0.5...2).contains(temperature) && width <= 10 && distance <= 10
      && count <= 4097
  }

  private static func isMasked(_ k: Int, of count: Int, _ place: Int) -> Bool {
    switch place {
    case 0: k < count / 2
    case 1: k >= count / 2
    case 2: k.isMultiple(of: 3)
    case 3: k != count / 2
    default: k < 2048
    }
  }

  /// Evaluates the pair both ways round, and holds the results against each other.
  func check() {
    let there = values(first, second)
    let back = values(second, first)
    let (a, b) = there.status(ofRow: 0)
    expect(back.status(ofRow: 0) == (b, a), "a row's status does not depend on its side")
    guard a == .valid, b == .valid else {
      for quantity in PairQuantity.allCases {
        expect(there[quantity][0].isNaN, "\(quantity) of an invalid row is NaN")
      }
      return
    }
    let value = Dictionary(uniqueKeysWithValues: PairQuantity.allCases.map { ($0, there[$0][0]) })
    func get(_ quantity: PairQuantity) -> Double { value[quantity] ?? .nan }
    let described = PairQuantity.allCases.map { "\($0) \(get($0))" }.joined(separator: ", ")
    for quantity in PairQuantity.allCases {
      expect(!get(quantity).isNaN, "\(quantity) of valid rows is a number: \(described)")
      switch quantity {
      case .logNormaliserOfFirst, .logNormaliserOfSecond, .logRatio: continue
      default: expect(get(quantity) >= 0, "\(quantity) is not negative: \(described)")
      }
    }
    for (one, other) in [
      (PairQuantity.divergence, PairQuantity.reversedDivergence),
      (.entropyOfFirst, .entropyOfSecond),
      (.crossEntropy, .reversedCrossEntropy), (.reversedDivergence, .divergence),
    ] {
      expect(
        get(one) == back[other][0],
        "\(one) is \(other) with the sides exchanged: \(get(one)), \(back[other][0])")
    }
    let (variation, hellinger) = (get(.totalVariation), get(.hellinger))
    let most = 1 + 1e-5
    expect(variation <= most && hellinger <= most, "distances are at most 1: \(described)")
    expect(get(.jensenShannon) <= 0.6931471805599453 * most, "at most log 2: \(described)")
    // What is taken for noise, or lost, shows here (Pinsker).
    for quantity in [PairQuantity.divergence, .reversedDivergence] where variation > 1e-6 {
      expect(
        get(quantity) >= 2 * variation * variation * (1 - 1e-4),
        "\(quantity) is at least twice the squared total variation: \(described)")
    }
    expect(hellinger * hellinger <= variation * most + 1e-14, "H² is at most V: \(described)")
    let classes = Double(first.matrix.columns)
    let largest = DoubleDouble(classes).log().high
    for quantity in [PairQuantity.entropyOfFirst, .entropyOfSecond] {
      expect(get(quantity) <= largest * most + 1e-30, "at most log \(classes): \(described)")
    }
    checkPowers()
    if isOrdinary { checkAgainstOracle(get) }
  }

  private func values(_ first: RowOperand, _ second: RowOperand) -> PairResults {
    var results = PairResults(quantities: PairQuantity.allCases, rows: 1)
    evaluatePairs(first, second, rows: 0..<1, into: &results, threads: threads, on: set)
    return results
  }

  private func checkPowers() {
    let orders = [0.5, 2, -1, .infinity]
    let weights = [1e-6, 0.5, 0.99]
    let quantities =
      orders.map { ParametricQuantity.powerSum(order: $0) }
      + weights.map { .skewDivergence(weight: $0) } + [.topOverlap(count: 3), .topRank]
    var results = ParametricResults(quantities: quantities, rows: 1)
    evaluateParametric(first, second, rows: 0..<1, into: &results, threads: threads, on: set)
    for order in orders {
      let value = results[.powerSum(order: order)][0]
      expect(!value.isNaN, "the power sum of order \(order) is a number")
      expect(
        order == 0.5 ? value <= 0 : value >= 0,
        "log of the sum of order \(order) has its sign: \(value)")
    }
    for weight in weights {
      let value = results[.skewDivergence(weight: weight)][0]
      expect(
        value >= 0 && value < 20 && value.sign == .plus,
        "the skew divergence of weight \(weight) is in its range: \(value)")
    }
    let (p, q) = (elements(first), elements(second))
    expect(
      results[.topOverlap(count: 3)][0] == OraclePair.topOverlap(p, q, count: 3)
        && results[.topRank][0] == OraclePair.topRank(p, q),
      "the largest classes are those of a sort: \(results[.topRank][0])")
  }

  private func elements(_ operand: RowOperand) -> [Double] {
    (0..<operand.matrix.columns).map { operand.matrix.value(row: 0, column: $0) }
  }

  private func checkAgainstOracle(_ get: (PairQuantity) -> Double) {
    func row(_ operand: RowOperand) -> OracleRow {
      OracleRow(elements(operand), form: .logits(temperature: operand.temperature))
    }
    let exact = OraclePair(row(first), row(second))
    let isSingle = first.matrix.kind != .float64 || second.matrix.kind != .float64
    let bound = isSingle ? 1e-6 : 1e-12
    for (quantity, expected) in [
      (PairQuantity.divergence, exact.divergence), (.reversedDivergence, exact.reversedDivergence),
      (.jeffreys, exact.jeffreys), (.jensenShannon, exact.jensenShannon),
      (.entropyOfFirst, exact.entropyOfFirst), (.crossEntropy, exact.crossEntropy),
    ] {
      expect(
        abs(get(quantity) - expected) <= bound * expected + 1e-20,
        "\(quantity) is within its promise: \(get(quantity)), exactly \(expected)")
    }
  }
}
