extension Array where Element == Double {
  /// The values that stand at ascending ranks, counted from 0, where all are sorted: the same as in `sorted()`, without
  /// sorting what no rank falls into.
  ///
  /// - Precondition: none is NaN, and the ranks are there.
  func values(atAscendingRanks ranks: [Int]) -> [Double] {
    guard count > Self.fewValues, let least = self.min(), let largest = self.max(), least < largest
    else {
      let sorted = self.sorted()
      return ranks.map { sorted[$0] }
    }
    let groups = KeyGroups(from: least.orderedKey, to: largest.orderedKey, count: count)
    var sizes = [Int](repeating: 0, count: groups.count)
    for value in self { sizes[groups[value]] += 1 }

    // Which groups have a rank, and the ranks counted from the first of their group.
    var kept = [Int](repeating: -1, count: groups.count)
    var wanted: [[Int]] = []
    var (group, before) = (0, 0)
    for rank in ranks {
      while rank >= before + sizes[group] {
        before += sizes[group]
        group += 1
      }
      if kept[group] < 0 {
        kept[group] = wanted.count
        wanted.append([])
      }
      wanted[kept[group]].append(rank - before)
    }
    var members = [[Double]](repeating: [], count: wanted.count)
    for value in self {
      let place = kept[groups[value]]
      if place >= 0 { members[place].append(value) }
    }
    return zip(members, wanted).flatMap { $0.values(atAscendingRanks: $1) }
  }

  /// So many values are sorted faster than looked through.
  private static var fewValues: Int { 2048 }
}

/// Groups of neighbouring values, by the leading bits in which they differ.
private struct KeyGroups {
  let first: UInt64
  let shift: UInt64
  let count: Int

  init(from first: UInt64, to last: UInt64, count values: Int) {
    self.first = first
    let bits = last - first == 0 ? 0 : UInt64(64 - (last - first).leadingZeroBitCount)
    // A table that stays in the cache, and is not longer than the values are many.
    let most = UInt64(Swift.min(14, Int.bitWidth - values.leadingZeroBitCount))
    shift = bits > most ? bits - most : 0
    count = Int((last - first) >> shift) + 1
  }

  subscript(value: Double) -> Int { Int((value.orderedKey - first) >> shift) }
}

extension Double {
  /// A number that is in the order of values; both zeros have the same.
  fileprivate var orderedKey: UInt64 {
    let bits = (self + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }
}
