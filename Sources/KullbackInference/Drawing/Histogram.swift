/// Numbers counted in bins of the same width, as a density, for drawing.
public struct Histogram: Sendable, Equatable {
  /// The bins' bounds from left to right, one more than there are bins.
  public let bounds: [Double]
  /// The density in each bin: its share of the weight over its width.
  public let densities: [Double]

  /// The histogram of numbers, with weights or each with weight 1.
  ///
  /// - Parameters:
  ///   - values: finite numbers; those outside of the range are counted in the total, and in no bin.
  ///   - weights: one for each number.
  ///   - range: from the first bound to the last, which belongs to the last bin.
  ///   - bins: how many, at least 1.
  /// - Throws: `InferenceError.lengthMismatch`; `.tooFewSamples` where nothing has weight.
  public init(
    _ values: [Double], weights: [Double]? = nil, over range: ClosedRange<Double>, bins: Int
  ) throws(InferenceError) {
    guard weights.map({ $0.count == values.count }) ?? true else {
      throw .lengthMismatch("weights", expected: values.count, given: weights?.count ?? 0)
    }
    let bounds = evenlySpaced(range, max(1, bins) + 1)
    let width = bounds[1] - bounds[0]
    var sums = [Double](repeating: 0, count: bounds.count - 1)
    var total = 0.0
    for (index, value) in values.enumerated() {
      let weight = weights?[index] ?? 1
      total += weight
      guard range.contains(value) else { continue }
      let bin = width > 0 ? Int((value - range.lowerBound) / width) : 0
      sums[min(bin, sums.count - 1)] += weight
    }
    guard total > 0 else { throw .tooFewSamples(0, needed: 1) }
    self.bounds = bounds
    densities = sums.map { $0 / (total * width) }
  }

  /// The largest density.
  public var height: Double { densities.reduce(0) { max($0, $1) } }
}
