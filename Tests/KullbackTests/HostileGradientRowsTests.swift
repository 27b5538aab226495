import Kullback
import KullbackTestSupport
import Testing

/// Gradients of divergences at rows that are peaked, tied, masked, far from 0 or nearly alike, against the formulas in
/// about 32 digits.
@Suite struct HostileGradientRowsTests {
  private struct Pair<Element: BinaryFloatingPoint> {
    var target: [Element]
    var model: [Element]
    let temperature: Double

    var rows: (p: OracleRow, q: OracleRow) {
      let form = OracleForm.logits(temperature: temperature)
      return (
        OracleRow(target.map { Double($0) }, form: form),
        OracleRow(model.map { Double($0) }, form: form)
      )
    }
  }

  /// A pair whose target, or whose model, has no mass where the mask of that side is.
  private static func pair<Element: BinaryFloatingPoint>(
    masksTarget: Bool, _ random: inout SeededGenerator
  ) -> Pair<Element> {
    func pick<Value>(_ values: [Value]) -> Value {
      values[Int(random.uniform() * Double(values.count))]
    }
    let classes = pick([2, 3, 17, 130, 2100])
    let (size, level) = (pick([0, 0.1, 1, 10, 60]), pick([0, 0, 1e3, -1e6, 1e9]))
    let target = (0..<classes).map { _ in Element(level + size * random.normal()) }
    let near = pick([1e-6, 1e-3, 0.1, 0, 1])
    let model: [Element] =
      random.uniform() < 0.5
      ? target.map { $0 + Element(near * random.normal()) }
      : (0..<classes).map { _ in Element(size * random.normal()) }
    var pair = Pair(target: target, model: model, temperature: pick([1, 1, 0.3, 20]))
    // Of all classes but the first, which each row has.
    let mask: Element = pick([-.infinity, -1e30])
    for index in 1..<classes where random.uniform() < 0.3 {
      switch Int(random.uniform() * 3) {
      case 0: (pair.target[index], pair.model[index]) = (mask, mask)
      case 1 where masksTarget: pair.target[index] = mask
      case 2 where !masksTarget: pair.model[index] = mask
      default: break
      }
    }
    return pair
  }

  /// What is as good as 0: masses that underflow, times what differences of logits may be.
  private static func least<Element: BinaryFloatingPoint>(_ type: Element.Type) -> Double {
    1e10 * Double(Element.leastNormalMagnitude)
  }

  /// Holds each class of a gradient to what it is and how far it may be off.
  private static func check<Element: LogitElement & BinaryFloatingPoint>(
    _ gradient: Gradient<Element>, of pair: Pair<Element>, round: Int,
    _ expected: (_ index: Int) -> (exact: Double, room: Double)
  ) {
    let reasons = gradient.diagnostics.invalidRows
    #expect(reasons.isEmpty, "\(round): \(reasons)")
    var worst = (error: 0.0, place: "")
    for k in pair.target.indices {
      let (exact, room) = expected(k)
      let error = abs(Double(gradient.gradient[0, k]) * pair.temperature - exact)
      let share = error / (room + least(Element.self))
      if !(share <= worst.error) {
        worst = (share, "class \(k) of \(pair.target.count): \(error), \(exact)")
      }
    }
    #expect(worst.error <= 1, "\(round), \(pair.temperature), \(worst)")
  }

  private static func forward<Element: LogitElement & BinaryFloatingPoint>(
    _ type: Element.Type, within tolerance: Double, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    for round in 0..<250 {
      let pair: Pair<Element> = pair(masksTarget: true, &random)
      let found = try forwardKLGradient(
        target: DistributionSet(logits: Matrix([pair.target]), temperature: pair.temperature),
        model: DistributionSet(logits: Matrix([pair.model]), temperature: pair.temperature),
        as: type)
      let (p, q) = pair.rows
      let both = OraclePair(p, q)
      let shared = tolerance / 4 * min(both.divergence, both.reversedDivergence).squareRoot()
      check(found, of: pair, round: round) { k in
        let exact = (q.probabilities[k] - p.probabilities[k]).high
        let larger = max(p.probabilities[k].high, q.probabilities[k].high)
        let isAlike = abs(exact) < larger / 2
        return (exact, tolerance * (isAlike ? abs(exact) : larger) + (shared + 0x1p-52) * larger)
      }
    }
  }

  private static func reverse<Element: LogitElement & BinaryFloatingPoint>(
    _ type: Element.Type, within tolerance: Double, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    for round in 0..<250 {
      let pair: Pair<Element> = pair(masksTarget: false, &random)
      let found = try reverseKLGradient(
        target: DistributionSet(logits: Matrix([pair.target]), temperature: pair.temperature),
        model: DistributionSet(logits: Matrix([pair.model]), temperature: pair.temperature),
        as: type)
      let (p, q) = pair.rows
      let divergence = OraclePair(p, q).reversedDivergence
      let shared = tolerance / 4 * divergence.squareRoot()
      check(found, of: pair, round: round) { k in
        let mass = q.probabilities[k].high
        let ratio =
          mass == 0 ? 0 : (q.logProbabilities[k] - p.logProbabilities[k]).high
        return (
          mass * (ratio - divergence),
          mass * (tolerance * (abs(ratio) + divergence) + shared + 0x1p-52)
        )
      }
    }
  }

  @Test func forwardOfFloats() throws { try Self.forward(Float.self, within: 4e-6, seed: 51) }

  @Test func forwardOfDoubles() throws { try Self.forward(Double.self, within: 4e-12, seed: 52) }

  @Test func reverseOfFloats() throws { try Self.reverse(Float.self, within: 4e-6, seed: 53) }

  @Test func reverseOfDoubles() throws { try Self.reverse(Double.self, within: 4e-12, seed: 54) }
}
