/// Rows to be drawn by their distances.
struct SeedLottery {
  /// Whether all of `rows` are drawn with the same probability.
  let isEven: Bool
  private let rows: [Int]
  /// The sums of the distances of the rows up to each.
  private let sums: [Double]

  init(_ valid: [Int], _ distances: [Double], without seeds: [Int]) {
    let apart = valid.filter { distances[$0] == .infinity }
    var total = 0.0
    let sums =
      apart.isEmpty
      ? valid.map { row -> Double in
        total += distances[row]
        return total
      } : []
    if total > 0 {
      (isEven, rows, self.sums) = (false, valid, sums)
    } else {
      let taken = Set(seeds)
      (isEven, self.sums) = (true, [])
      rows = apart.isEmpty ? valid.filter { !taken.contains($0) } : apart
    }
  }

  func draw(_ generator: inout SplitMix) -> Int {
    guard !isEven, let total = sums.last else { return rows[generator.index(below: rows.count)] }
    // The first sum above the number: a row without distance adds nothing and is never it.
    let number = generator.uniform() * total
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > number { high = middle } else { low = middle + 1 }
    }
    return rows[low]
  }
}
