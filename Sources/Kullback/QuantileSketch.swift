internal import CLibm

/// Counts of values in buckets of equal relative width, from which quantiles come with a relative
/// error of at most 0.05 %.
///
/// Sketches of parts of the data add up to the sketch of the whole, in any order.
///
/// Source: Masson, Rim and Lee 2019, *DDSketch*, Proceedings of the VLDB Endowment 12.
struct QuantileSketch: Sendable, Equatable {
  /// The largest relative error of a quantile.
  static let relativeError = 5e-4
  private static let logGamma = log((1 + relativeError) / (1 - relativeError))

  private(set) var positive: [Int: Int] = [:]
  private(set) var negative: [Int: Int] = [:]
  private(set) var zeros = 0
  private(set) var count = 0

  /// The sketch of no values.
  init() {}

  /// A sketch of which is known how many values are where.
  init(positive: [Int: Int], negative: [Int: Int], zeros: Int) {
    (self.positive, self.negative, self.zeros) = (positive, negative, zeros)
    count = zeros + positive.values.reduce(0, +) + negative.values.reduce(0, +)
  }

  mutating func add(_ value: Double) {
    count += 1
    if value == 0 {
      zeros += 1
    } else if value > 0 {
      positive[Self.bucket(value), default: 0] += 1
    } else {
      negative[Self.bucket(-value), default: 0] += 1
    }
  }

  static func + (left: QuantileSketch, right: QuantileSketch) -> QuantileSketch {
    var sum = left
    sum.positive.merge(right.positive, uniquingKeysWith: +)
    sum.negative.merge(right.negative, uniquingKeysWith: +)
    sum.zeros += right.zeros
    sum.count += right.count
    return sum
  }

  /// The values at 0-based ranks, in any order.
  func values(atRanks ranks: [Int]) -> [Double] {
    var result = ranks.map { _ in Double.nan }
    var seen = 0
    let places = ranks.indices.sorted { ranks[$0] < ranks[$1] }
    var passed = 0
    func pass(_ value: Double, _ count: Int) {
      seen += count
      while passed < places.count, ranks[places[passed]] < seen {
        result[places[passed]] = value
        passed += 1
      }
    }
    for (key, count) in negative.sorted(by: { $0.key > $1.key }) { pass(-Self.middle(key), count) }
    pass(0, zeros)
    for (key, count) in positive.sorted(by: { $0.key < $1.key }) { pass(Self.middle(key), count) }
    return result
  }

  private static func bucket(_ value: Double) -> Int {
    // Infinity has a bucket of its own.
    value.isInfinite ? Int.max : Int((log(value) / logGamma).rounded(.up))
  }

  private static func middle(_ bucket: Int) -> Double {
    bucket == Int.max ? .infinity : exp(logGamma * Double(bucket)) * (1 - relativeError)
  }
}
