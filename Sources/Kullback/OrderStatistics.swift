/// Which order statistics of independent rows enclose a quantile.
enum OrderStatistics {
  /// The ranks, counted from 0, of the values between which a quantile lies with a confidence: of so many values at
  /// most a share of (1 - confidence) / 2 of samples have it below the first, and as many above the second.
  ///
  /// Nil where there are too few values for a bound on that side. Of a binomial variable B of `count` trials, the lower
  /// one is the least k with P(B <= k) >= (1 - confidence) / 2, the upper one that of the other tail and one more.
  ///
  /// Source: Conover 1999, *Practical Nonparametric Statistics*, 3rd ed., section 3.2.
  static func ranks(
    enclosing probability: Double, count: Int, confidence: Double
  ) -> (lower: Int?, upper: Int?) {
    guard count > 0, probability > 0, probability < 1 else { return (nil, nil) }
    let tail = (1 - confidence) / 2
    let (first, weights) = binomial(count, probability)
    let total = weights.reduce(0, +)
    var (sum, lower, upper) = (0.0, first, first)
    for weight in weights {
      sum += weight
      if sum < tail * total { lower += 1 }
    }
    // From the other end, where the sum of what is small keeps its digits.
    sum = 0
    upper = first + weights.count
    for weight in weights.reversed() {
      sum += weight
      if sum > tail * total { break }
      upper -= 1
    }
    // Counted from 1, the lower value is that of rank `lower` and the upper one that of `upper`.
    return (lower > 0 ? lower - 1 : nil, upper <= count ? upper - 1 : nil)
  }

  /// Weights in proportion to the probabilities of a binomial variable, from the first value that has any.
  private static func binomial(_ count: Int, _ p: Double) -> (first: Int, weights: [Double]) {
    let least = 1e-18
    let n = Double(count)
    let mode = min(count, Int((n + 1) * p))
    var (below, above): ([Double], [Double]) = ([], [1])
    var (k, weight) = (mode, 1.0)
    while k > 0 {
      weight *= Double(k) * (1 - p) / ((n - Double(k) + 1) * p)
      guard weight > least else { break }
      below.append(weight)
      k -= 1
    }
    let first = k
    (k, weight) = (mode, 1)
    while k < count {
      weight *= (n - Double(k)) * p / ((Double(k) + 1) * (1 - p))
      guard weight > least else { break }
      above.append(weight)
      k += 1
    }
    return (first, below.reversed() + above)
  }
}

/// The values between which a quantile lies with a confidence; nil where there are too few for a bound.
public struct QuantileInterval: Sendable, Equatable {
  /// The lower bound.
  public let lower: Double?
  /// The upper bound.
  public let upper: Double?
}
