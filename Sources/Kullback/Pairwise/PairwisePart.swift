/// What a few rows of a matrix of all pairs say.
struct PairwisePart: Sendable {
  let leavesOutDiagonal: Bool
  let isSymmetric: Bool
  var nearest: PairwiseExtremes
  var farthest: PairwiseExtremes
  var count = 0
  var invalid = 0
  var infinite = 0
  var min = Double.infinity
  var max = -Double.infinity
  var sum = DoubleDouble.zero
  var sample: [Double] = []

  init(
    leavesOutDiagonal: Bool, isSymmetric: Bool, nearest: PairwiseExtremes,
    farthest: PairwiseExtremes
  ) {
    self.leavesOutDiagonal = leavesOutDiagonal
    self.isSymmetric = isSymmetric
    self.nearest = nearest
    self.farthest = farthest
  }

  /// Takes a row, keeping one value in `step`.
  mutating func add(_ row: [some BinaryFloatingPoint], target: Int, step: Int) {
    let isLeftOut = leavesOutDiagonal && target < row.count
    let ranges = isLeftOut ? [0..<target, target + 1..<row.count] : [0..<row.count]
    var scan = RowScan()
    for range in ranges { scan.add(row[range]) }
    count += scan.count
    invalid += scan.invalid
    infinite += scan.infinite
    min = Swift.min(min, scan.min)
    max = Swift.max(max, scan.infinite > 0 ? .infinity : scan.max)
    sum = sum + DoubleDouble(scan.sum)
    keepSample(row, target: target, isLeftOut: isLeftOut, step: step)
    // Few rows have one of the nearest or farthest: two comparisons are all that the others cost.
    guard scan.min < nearest.threshold || -scan.max < farthest.threshold else {
      return
    }
    for range in isSymmetric ? [target + 1..<Swift.max(row.count, target + 1)] : ranges {
      list(row, range, target: target)
    }
  }

  private mutating func list(_ row: [some BinaryFloatingPoint], _ range: Range<Int>, target: Int) {
    var (low, high) = (nearest.threshold, farthest.threshold)
    for model in range {
      let value = Double(row[model])
      guard value < low || -value < high, value.isFinite else { continue }
      let entry = PairwiseEntry(target: target, model: model, value: value)
      nearest.insert(entry)
      farthest.insert(entry)
      (low, high) = (nearest.threshold, farthest.threshold)
    }
  }

  private mutating func keepSample(
    _ row: [some BinaryFloatingPoint], target: Int, isLeftOut: Bool, step: Int
  ) {
    // Another column to begin with in every row: a pattern of the columns must not meet the step.
    var start = step > 1 ? Int(scrambled(UInt64(target)) % UInt64(step)) : 0
    while start < row.count {
      let value = Double(row[start])
      if !(isLeftOut && start == target), !value.isNaN { sample.append(value) }
      start += step
    }
  }

  /// Source: Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*, the finaliser.
  private func scrambled(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Sum, smallest and largest of some values, and what is not finite among them.
private struct RowScan {
  var count = 0
  var invalid = 0
  var infinite = 0
  var min = Double.infinity
  /// The largest finite value.
  var max = -Double.infinity
  /// Of the finite values.
  var sum = 0.0

  mutating func add<Value: BinaryFloatingPoint>(_ values: ArraySlice<Value>) {
    var (low, high, total) = (Value.infinity, -Value.infinity, 0.0)
    for value in values {
      low = value < low ? value : low
      high = value > high ? value : high
      total += Double(value)
    }
    // A sum that is finite has only finite terms.
    guard total.isFinite else { return addWithCare(values) }
    count += values.count
    min = Swift.min(min, Double(low))
    max = Swift.max(max, Double(high))
    sum += total
  }

  private mutating func addWithCare(_ values: ArraySlice<some BinaryFloatingPoint>) {
    for value in values.lazy.map({ Double($0) }) {
      guard !value.isNaN else {
        invalid += 1
        continue
      }
      count += 1
      min = Swift.min(min, value)
      guard value.isFinite else {
        infinite += 1
        continue
      }
      max = Swift.max(max, value)
      sum += value
    }
  }
}
