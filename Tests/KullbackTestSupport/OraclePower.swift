extension OraclePair {
  /// D(p ‖ αq + (1-α)p) of two rows of the same length, of a weight α above 0 and below 1.
  ///
  /// Σ p ψ(α (q/p - 1)), ψ(u) = u - log1p(u), because Σ p (q/p - 1) = 0; a class without p adds αq.
  public static func skewDivergence(
    _ first: OracleRow, _ second: OracleRow, weight: Double
  ) -> Double {
    let alpha = DoubleDouble(weight)
    var sum = DoubleDouble(0)
    for k in first.probabilities.indices {
      let (p, q) = (first.probabilities[k], second.probabilities[k])
      let (logP, logQ) = (first.logProbabilities[k], second.logProbabilities[k])
      guard logP.high > -.infinity else {
        if logQ.high > -.infinity { sum += alpha * q }
        continue
      }
      guard logQ.high > -.infinity else {
        sum += p * -(alpha + (DoubleDouble(1) - alpha).log())
        continue
      }
      let d = logQ - logP
      // Far above, what p ψ(u) is made of: αq less αp less p log(1 - α + α q/p).
      if d.high > 30 {
        let logarithm = alpha.log() + d + ((DoubleDouble(1) - alpha) / alpha * (-d).exp()).log1p()
        sum += alpha * q - alpha * p - p * logarithm
        continue
      }
      let u = alpha * d.expm1()
      // Where q is next to nothing 1 + u has the digits that u has lost.
      let mixed = (DoubleDouble(1) - alpha) + alpha * d.exp()
      sum += p * (u - (abs(u.high) < 0.5 ? u.log1p() : mixed.log()))
    }
    return sum.high
  }

  /// log Σ p^α q^(1-α) of two rows of the same length, over the classes in which both have mass; for
  /// α = +infinity the logarithm of the largest p / q.
  ///
  /// With d = log p - log q and φ(t) = eᵗ - 1 - t, the sum less 1 is Σ q (φ(αd) - αφ(d)), because
  /// Σ p = Σ q = 1. In 32 digits what cancels there does not matter.
  public static func logPowerSum(
    _ first: OracleRow, _ second: OracleRow, order: Double
  ) -> Double {
    let alpha = DoubleDouble(order)
    let beta = DoubleDouble(1) - alpha
    var excess = DoubleDouble(0)
    var powers: [DoubleDouble] = []
    var largest = -Double.infinity
    for k in first.probabilities.indices {
      let (p, q) = (first.probabilities[k], second.probabilities[k])
      let (logP, logQ) = (first.logProbabilities[k], second.logProbabilities[k])
      switch (logP.high > -.infinity, logQ.high > -.infinity) {
      case (false, false): continue
      case (true, false):
        if order > 1 { return .infinity }
        excess += -(alpha * p)
      case (false, true):
        if order < 0 { return .infinity }
        excess += -(beta * q)
      case (true, true):
        let d = logP - logQ
        largest = max(largest, d.high)
        guard order.isFinite else { continue }
        excess += q * ((alpha * d).expm1MinusX() - alpha * d.expm1MinusX())
        powers.append(alpha * logP + beta * logQ)
      }
    }
    guard order.isFinite, largest.isFinite else { return largest }
    if abs(excess.high) < 0.5 { return excess.log1p().high }
    // Where the excess is large, or near -1, or does not fit a Double.
    let top = powers.reduce(powers[0]) { $0.high < $1.high ? $1 : $0 }
    let sum = powers.reduce(DoubleDouble(0)) { $0 + ($1 - top).exp() }
    return (top + sum.log()).high
  }
}
