/// The few entries of a matrix that come first, by value.
struct PairwiseExtremes: Sendable {
  private(set) var entries: [PairwiseEntry]
  private let limit: Int
  /// 1: the smallest are kept; -1: the largest.
  private let sign: Double

  init(_ entries: [PairwiseEntry], limit: Int, sign: Double) {
    self.entries = entries
    self.limit = limit
    self.sign = sign
  }

  /// What a row's best value has to be below (times the sign) for the row to be looked at.
  var threshold: Double {
    entries.count < limit || limit == 0 ? .infinity : sign * entries[limit - 1].value
  }

  mutating func insert(_ entry: PairwiseEntry) {
    guard entries.count < limit || precedes(entry, entries[limit - 1]) else { return }
    let place = entries.firstIndex { precedes(entry, $0) } ?? entries.count
    entries.insert(entry, at: place)
    if entries.count > limit { entries.removeLast() }
  }

  /// The entries of both, each once.
  func merged(_ other: PairwiseExtremes) -> [PairwiseEntry] {
    var result = self
    for entry in other.entries where !entries.contains(entry) { result.insert(entry) }
    return result.entries
  }

  private func precedes(_ one: PairwiseEntry, _ other: PairwiseEntry) -> Bool {
    (sign * one.value, one.target, one.model) < (sign * other.value, other.target, other.model)
  }
}
