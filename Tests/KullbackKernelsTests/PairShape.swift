import KullbackTestSupport

/// Kinds of pairs of logits, each a trap for some way of computing divergences.
enum PairShape: String, CaseIterable, Sendable {
  /// D near 1e-13: what is left of a difference of log-softmaxes is noise.
  case nearlyEqual
  /// D near 1e-8.
  case close
  /// D near 1e-2.
  case similar
  /// D near 1 to 10.
  case independent
  /// D near 1e3, over differences that exp cannot hold.
  case far
  /// The second side shifted by 100: a - b rounds.
  case shifted
  /// Both around 95, where exp of a Float overflows and exp(x - max) does not.
  case high
  /// Both around -95.
  case low
  /// Nearly all mass in one class, the same on both sides: entropies near 1e-15.
  case pointMass
  /// Nearly all mass in one class, another on each side.
  case crossedPointMasses
  /// Every class the same.
  case uniform
  /// One long step up in the middle of the row, so that the running maximum moves far.
  case rising
  /// Classes without mass on both sides.
  case masked
  /// Classes without mass on the first side: the reverse divergence is infinite.
  case maskedFirst
  /// Classes without mass on the second side: the divergence is infinite.
  case maskedSecond
  /// Classes without mass on one side and others on the other side.
  case maskedBoth

  /// One pair of rows.
  func rows(_ n: Int, _ generator: inout SeededGenerator) -> (first: [Double], second: [Double]) {
    let noise = generator.normals(n)
    let wide = generator.normals(n)
    switch self {
    case .nearlyEqual: return near(wide.map { 3 * $0 }, noise, by: 4.5e-7)
    case .close: return near(wide.map { 3 * $0 }, noise, by: 1.4e-4)
    case .similar: return near(wide.map { 3 * $0 }, noise, by: 0.14)
    case .independent: return (wide.map { 2 * $0 }, noise.map { 2 * $0 })
    case .far: return (wide.map { 400 * $0 }, noise.map { 400 * $0 })
    case .shifted: return near(wide, noise, by: 1e-3, shift: 100)
    case .high: return near(wide.map { $0 + 95 }, noise, by: 1)
    case .low: return near(wide.map { $0 - 95 }, noise, by: 1)
    case .pointMass:
      return near(wide.indices.map { wide[$0] + ($0 == n / 2 ? 40 : 0) }, noise, by: 1e-2)
    case .crossedPointMasses:
      return (
        wide.indices.map { wide[$0] + ($0 == n / 2 ? 60 : 0) },
        noise.indices.map { noise[$0] + ($0 == n / 3 ? 50 : 0) }
      )
    case .uniform: return (wide.map { _ in 2.5 }, wide.map { _ in -1.25 })
    case .rising:
      return near(wide.indices.map { wide[$0] + ($0 >= n / 2 ? 50 : 0) }, noise, by: 1e-2)
    case .masked, .maskedFirst, .maskedSecond, .maskedBoth:
      var (first, second) = near(wide, noise, by: 0.3)
      // Class 0 always keeps its mass.
      for k in stride(from: 1, to: n, by: 3) {
        if self == .masked || self == .maskedFirst { first[k] = -.infinity }
        if self == .masked || self == .maskedSecond { second[k] = -.infinity }
        if self == .maskedBoth && k % 2 == 0 { first[k] = -.infinity }
        if self == .maskedBoth && k % 2 == 1 { second[k] = -.infinity }
      }
      return (first, second)
    }
  }

  private func near(
    _ row: [Double], _ noise: [Double], by size: Double, shift: Double = 0
  ) -> (first: [Double], second: [Double]) {
    (row, zip(row, noise).map { $0 + size * $1 + shift })
  }

  /// Several pairs of rows.
  func rows(
    _ n: Int, count: Int, seed: UInt64 = 1
  ) -> (first: [[Double]], second: [[Double]]) {
    var generator = SeededGenerator(seed: seed &+ UInt64(n))
    let pairs = (0..<count).map { _ in rows(n, &generator) }
    return (pairs.map(\.first), pairs.map(\.second))
  }

  /// Whether a floating type can tell the two sides apart as intended.
  var needsDigits: Bool { self == .nearlyEqual || self == .close || self == .shifted }
}

/// Lengths around every vector width and block.
let lengths = [
  1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 511, 512, 513, 1000, 4097,
]

/// Rows for a length: enough short ones to fill lanes and leave some over.
func rowCount(of length: Int) -> Int { length <= 17 ? 19 : length <= 129 ? 3 : 1 }
