import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// What is written for every class of rows of several segments, and what labels of theirs score.
@Suite(.segments(of: 512)) struct SegmentElementTests {
  private static let shapes: [PairShape] = [
    .nearlyEqual, .similar, .independent, .pointMass, .rising, .masked,
  ]

  @Test(arguments: shapes, Form.allCases)
  func writtenRowsAgreeWithTheOracle(shape: PairShape, form: Form) {
    for n in [513, 1025] {
      let (rows, _) = shape.rows(n, count: 1)
      let temperature = form == .logits && n == 1025 ? 0.7 : 1
      let single = RowOperand(logits: rows, as: form, .float32)
      let sides = [single.matrix.kind, .float64].map { kind in
        RowOperand(
          (0..<1).map { _ in (0..<n).map { single.matrix.value(row: 0, column: $0) } }, as: kind,
          form: form, temperature: temperature)
      }
      check(sides[0], Float.self, "\(form) \(shape.rawValue)")
      check(sides[1], Double.self, "\(form) \(shape.rawValue)")
    }
  }

  private func check<Element: MatrixElement & BinaryFloatingPoint>(
    _ side: RowOperand, _: Element.Type, _ name: String
  ) {
    let exact = side.oracleRow(0)
    for set in InstructionSet.available {
      let logs = writeRows(side, rows: 0..<1, as: .logSoftmax, to: Element.self, on: set).result
      let masses = writeRows(side, rows: 0..<1, as: .softmax, to: Element.self, on: set).result
      let worst = (0..<side.matrix.columns).map { k in
        max(
          share(logs[0, k], exact.logProbabilities[k].high),
          share(masses[0, k], exact.probabilities[k].high))
      }.max()
      #expect((worst ?? 0) <= 1, "\(name), \(side.matrix.columns) classes on \(set)")
    }
  }

  /// An error as a share of what it may be.
  private func share<Element: BinaryFloatingPoint>(_ value: Element, _ exact: Double) -> Double {
    if Double(value) == exact { return 0 }
    let bound = Element.self == Float.self ? 2e-6 : 1e-13
    return abs(Double(value) - exact)
      / (bound * abs(exact) + Double(Element.leastNormalMagnitude))
  }

  @Test(arguments: shapes, [ElementKind.float32, .float64])
  func gradientsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for n in [513, 1025] {
      let (a, b) = shape.rows(n, count: 1)
      checkGradients(a, b, kind, temperature: n == 1025 ? 2.0 : 1, "\(shape.rawValue)")
    }
  }

  /// Where rows are alike, what every class is off by is small beside what most are, not beside each.
  @Test(arguments: [1e-1, 1e-2, 1e-3, 1e-4, 1e-5], [ElementKind.float32, .float64])
  func gradientsOfAlikeRowsAreAsNearAsTheRowsAre(size: Double, kind: ElementKind) {
    for n in [3, 10, 130, 513] {
      var generator = SeededGenerator(seed: UInt64(n))
      for step in [0.0, 50] {
        for _ in 0..<(n < 100 ? 20 : 2) {
          let (wide, noise) = (generator.normals(n), generator.normals(n))
          let row = wide.indices.map { wide[$0] + ($0 >= n / 2 ? step : 0) }
          let other = zip(row, noise).map { $0 + size * $1 }
          checkGradients([row], [other], kind, temperature: 1, "\(size) apart, step \(step)")
        }
      }
    }
  }

  private func checkGradients(
    _ a: [[Double]], _ b: [[Double]], _ kind: ElementKind, temperature: Double, _ name: String
  ) {
    let n = a[0].count
    let sides = [a, b].map { RowOperand($0, as: kind, temperature: temperature) }
    let (p, q) = (sides[0].oracleRow(0), sides[1].oracleRow(0))
    let both = OraclePair(p, q)
    let divergence = both.reversedDivergence
    let least = min(both.divergence, divergence)
    let bound = kind == .float32 ? 1e-6 : 1e-12
    for set in InstructionSet.available {
      let forward = evaluatePairs(
        sides[0], sides[1], rows: 1, gradient: .divergence, as: Double.self, on: set)
      let reverse = evaluatePairs(
        sides[0], sides[1], rows: 1, gradient: .reversedDivergence, as: Double.self, on: set)
      let worst = (0..<n).map { k -> Double in
        let (mass, other) = (q.probabilities[k].high, p.probabilities[k].high)
        let larger = max(mass, other)
        let slope = (q.probabilities[k] - p.probabilities[k]).high
        let ratio = mass == 0 ? 0 : (q.logProbabilities[k] - p.logProbabilities[k]).high
        let size = abs(slope) < larger / 2 ? abs(slope) : larger
        let errors = [
          (
            forward.gradient[0, k] * temperature - slope,
            bound * (4 * size + least.squareRoot() * larger) + 0x1p-52 * larger
          ),
          (
            reverse.gradient[0, k] * temperature - mass * (ratio - divergence),
            mass * (bound * (4 * (abs(ratio) + divergence) + divergence.squareRoot()) + 0x1p-52)
          ),
        ]
        return errors.map { abs($0.0) / ($0.1 + 1e-28) }.max() ?? 0
      }.max()
      #expect((worst ?? 0) <= 1, "\(name), \(kind.name), \(n) classes on \(set)")
      #expect(forward.results.status(ofRow: 0) == (.valid, .valid))
    }
  }

  @Test(arguments: shapes.filter { $0 != .masked }, Form.allCases)
  func labelsScoreWhatTheDefinitionSays(shape: PairShape, form: Form) {
    for n in [513, 1536] {
      let (rows, _) = shape.rows(n, count: 1)
      let labels = [0, 511, 512, n - 1, n / 2]
      let weights = (0..<n).map { Double($0 % 4) / 2 }
      for kind in [ElementKind.float32, .float64] {
        let side = RowOperand(
          logits: [[Double]](repeating: rows[0], count: labels.count), as: form, kind)
        let logQ = side.oracleRow(0).logProbabilities.map(\.high)
        for smoothing in [0, 0.1] {
          for set in InstructionSet.available {
            let results = evaluateLabels(
              labels.map { Int64($0) }, side,
              scoring: LabelScoring(smoothing: smoothing, classWeights: weights), on: set)
            let spread = zip(weights, logQ).reduce(0) { $0 - $1.0 * $1.1 }
            for (row, label) in labels.enumerated() {
              let exact =
                (1 - smoothing) * weights[label] * -logQ[label] + smoothing / Double(n) * spread
              #expect(
                abs(results.values[row] - exact) <= (side.isSingle ? 1e-6 : 1e-12) * exact,
                "\(form) \(shape.rawValue) \(kind.name), label \(label) of \(n) on \(set)")
            }
            #expect(results.weights == labels.map { weights[$0] })
          }
        }
      }
    }
  }
}
