import CLibm
import Kullback
import KullbackTestSupport
import Testing

/// Rows of 16-bit codes, whose small classes are cut off, give lower bounds of what the rows themselves come to.
@Suite struct CodedDistributionsTests {
  /// A row as the tool codes it: a scale, a minimum, and codes from a window below the largest logit on.
  private func units(_ row: [Double], window: Double) -> [UInt16] {
    let logits = row.map { Float($0) }
    let top = logits.max() ?? 0
    let low = max(logits.min() ?? 0, top - Float(window))
    let sum = logits.reduce(0) { $0 + exp(Double($1 - top)) }
    let (scale, minimum) = ((top - low) / 65535, (low - top) - Float(log(sum)))
    let codes = logits.map { x in
      x <= low || scale == 0 ? 0 : UInt16((1 / scale * (x - low)).rounded(.toNearestOrEven))
    }
    let head = [scale, minimum].flatMap { number in
      [UInt16(truncatingIfNeeded: number.bitPattern), UInt16(number.bitPattern >> 16)]
    }
    return head + codes
  }

  private func coded(_ rows: [[Double]], window: Double = 16) -> CodedDistributions {
    let units = rows.map { row in self.units(row, window: window).map { Float16(bitPattern: $0) } }
    return CodedDistributions(units: AnyMatrix(Matrix(units)), classes: rows[0].count)
  }

  private func divergence(_ a: [Double], _ b: [Double]) -> Double {
    func logs(_ row: [Double]) -> [Double] {
      let top = row.max() ?? 0
      let sum = log(row.reduce(0) { $0 + exp($1 - top) })
      return row.map { $0 - top - sum }
    }
    return zip(logs(a), logs(b)).reduce(0) {
      $0 + ($1.0 == -.infinity ? 0 : exp($1.0) * ($1.0 - $1.1))
    }
  }

  private func rows(_ random: inout SeededGenerator, _ classes: Int) -> (a: [Double], b: [Double]) {
    let sharpness = [0.5, 2, 6, 12][Int(random.next() % 4)]
    let noise = [0, 1e-3, 0.1, 1][Int(random.next() % 4)]
    let a = (0..<classes).map { _ in Double(Float(sharpness * random.normal())) }
    return (a, a.map { Double(Float($0 + noise * random.normal())) })
  }

  /// What codes may add: half a step of logarithms, which a sum of signed terms multiplies by log p/q at most.
  private func slack(_ a: [Double], _ b: [Double], window: Double) -> Double {
    let ratios = zip(a, b).map { $0 - $1 }
    let spread = (ratios.max() ?? 0) - (ratios.min() ?? 0)
    return window / 65535 / 2 * (spread + window / 65535) + 1e-6
  }

  @Test(arguments: [16.0, 24]) func divergencesAreBoundedFromBelow(window: Double) throws {
    var random = SeededGenerator(seed: 16)
    for turn in 0..<200 {
      let classes = [2, 3, 17, 300, 1025][turn % 5]
      let pairs = (0..<3).map { _ in rows(&random, classes) }
      // A row that is clamped tells the window.
      let sharp = (0..<classes).map { $0 == 0 ? 40.0 : Double($0 % 3) }
      let target = coded(pairs.map(\.a) + [sharp], window: window)
      #expect(target.window == window && target.isClamped(row: 3))
      let logits = pairs.map(\.b) + [sharp]
      let model =
        turn % 2 == 0
        ? try DistributionSet(logits: Matrix(logits))
        : try DistributionSet(logits: Matrix(logits.map { $0.map { Float($0) } }))
      let merged = try target.merged(with: model)
      let found = try evaluate(
        target: merged.target, model: merged.model, measures: [.forwardKL, .reverseKL])
      for (row, pair) in pairs.enumerated() {
        let slack = slack(pair.a, pair.b, window: window)
        let exact = (divergence(pair.a, pair.b), divergence(pair.b, pair.a))
        #expect(found[.forwardKL][row] >= 0 && found[.forwardKL][row] <= exact.0 + slack)
        #expect(found[.reverseKL][row] >= 0 && found[.reverseKL][row] <= exact.1 + slack)
        guard !target.isClamped(row: row) else { continue }
        #expect(merged.merged[row] == 0 && merged.tails[row] == 0)
        #expect(abs(found[.forwardKL][row] - exact.0) <= slack)
      }
    }
  }

  @Test func massIsKeptOnBothSides() throws {
    var random = SeededGenerator(seed: 17)
    for classes in [3, 40, 1000] {
      let (a, b) = rows(&random, classes)
      let sharp = a.enumerated().map { $0.offset == 1 ? 30.0 : $0.element }
      let target = coded([sharp])
      let merged = try target.merged(with: DistributionSet(logits: Matrix([b])))
      #expect(merged.merged[0] == classes - 1)
      // All but one class are one: its share is theirs together.
      let top = b.max() ?? 0
      let share = exp(b[1] - top) / b.reduce(0) { $0 + exp($1 - top) }
      let entropy = try evaluate(
        target: merged.model, model: merged.model, measures: [.targetEntropy])[.targetEntropy][0]
      let exact = -share * log(share) - (1 - share) * log(1 - share)
      #expect(abs(entropy - exact) <= 1e-6 * exact + 1e-12)
    }
  }

  @Test func narrowLogitsAndTemperaturesAreThoseOfWiderOnes() throws {
    var random = SeededGenerator(seed: 18)
    let pairs = (0..<4).map { _ in rows(&random, 100) }
    let sharp = pairs.map { pair in pair.a.map { $0 * 10 } }
    let target = coded(sharp)
    let halves = Matrix(pairs.map { pair in pair.b.map { Float16($0) } })
    let brains = Matrix(pairs.map { pair in pair.b.map { BFloat16(Float($0)) } })
    for temperature in [1, 0.5, 3] {
      let wide = [
        (
          try DistributionSet(logits: halves, temperature: temperature),
          Matrix(halves.values.map { Float($0) }, rows: 4, columns: 100)
        ),
        (
          try DistributionSet(logits: brains, temperature: temperature),
          Matrix(brains.values.map { Float($0) }, rows: 4, columns: 100)
        ),
      ]
      for (narrow, floats) in wide {
        let other = try DistributionSet(logits: floats, temperature: temperature)
        let values = try [narrow, other].map { model in
          let merged = try target.merged(with: model)
          return try evaluate(target: merged.target, model: merged.model, measures: [.forwardKL])[
            .forwardKL]
        }
        #expect(values[0] == values[1])
      }
    }
  }

  @Test func everyCodeSaysHowSurprisingItsClassIs() throws {
    // Codes of all kinds, also those whose bits are no number.
    let row = (0..<4001).map { 16 * Double($0) / 4000 }
    let sum = log(row.reduce(0) { $0 + exp($1 - 16) })
    let one = coded([row])
    let all = CodedDistributions(
      units: AnyMatrix(
        Matrix(
          [[Float16]](
            repeating: units(row, window: 16).map { Float16(bitPattern: $0) }, count: 4001))),
      classes: 4001)
    let surprises = all.surprises(ofLabels: (0..<4001).map { Int32($0) })
    for label in 0..<4001 {
      #expect(abs(surprises[label] - (16 + sum - row[label])) < 1.3e-4, "\(label)")
    }
    #expect(one.surprises(ofLabels: [4000]) == [surprises[4000]])
    #expect(all.leftOut(ofLabels: (0..<4001).map { Int32($0) }) == 1)
  }

  @Test func aRowAgainstItselfIsNothing() throws {
    var random = SeededGenerator(seed: 19)
    let rows = (0..<20).map { _ in self.rows(&random, 64).a.map { $0 * 4 } }
    let coded = coded(rows)
    let both = try coded.merged(with: coded)
    #expect(
      try evaluate(target: both.target, model: both.model, measures: [.forwardKL, .jensenShannon])[
        .forwardKL] == [Double](repeating: 0, count: 20))
    let own = try coded.merged(with: DistributionSet(logits: Matrix(rows)))
    for value in try evaluate(target: own.target, model: own.model, measures: [.forwardKL])[
      .forwardKL]
    {
      #expect(value >= 0 && value < 1e-7)
    }
  }

  @Test func masksAndRowsThatAreNotValidStayWhatTheyAre() throws {
    let row: [Double] = [1, 2, -.infinity, -.infinity, 0.5]
    let target = coded([row, row, row])
    let models: [[Double]] = [row, [1, 2, .nan, 0, 0], [1, 2, 3, 4, 5]]
    let merged = try target.merged(with: DistributionSet(logits: Matrix(models)))
    let found = try evaluate(
      target: merged.target, model: merged.model, measures: [.forwardKL, .reverseKL])
    #expect(found[.forwardKL][0] < 1e-8 && found[.reverseKL][0] < 1e-8)
    #expect(found[.forwardKL][1].isNaN && found.diagnostics.invalidCount == 1)
    #expect(found[.forwardKL][2] > 1 && found[.reverseKL][2].isFinite)
  }

  @Test func otherShapesAndFormsAreRefused() throws {
    let target = coded([[1, 2, 3], [3, 2, 1]])
    let wide = try DistributionSet(logits: Matrix<Float>([[1, 2], [1, 2]]))
    #expect(throws: KullbackError.self) { try target.merged(with: wide) }
    let masses = try DistributionSet(probabilities: Matrix<Float>([[0.5, 0.25, 0.25]]))
    #expect(throws: KullbackError.self) { try target.merged(with: masses) }
    #expect(throws: KullbackError.self) { try target.merged(with: target[0..<1]) }
    #expect(throws: KullbackError.self) { try target.merged(with: target, threads: 0) }
  }
}
