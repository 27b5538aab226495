internal import CLibm

/// A Poisson distribution, by rate.
///
///     P(k) = λ^k exp(-λ) / k!,  k = 0, 1, ...
public struct Poisson: DistributionFamily, Equatable {
  /// The rate λ, the mean; at 0 all mass is at 0.
  public let rate: Double

  /// The distribution with a rate.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless the rate is finite and not negative.
  public init(rate: Double) throws(InferenceError) {
    self.rate = try Parameter.notNegative("rate", rate)
  }

  /// The entropy -Σ P(k) log P(k), which has no closed form: summed over the lattice, and for rates from a million
  /// on by its asymptotic series.
  ///
  ///     H ≈ ½ log(2π e λ) - 1/(12 λ) - 1/(24 λ²) - 19/(360 λ³)
  ///
  /// - Accuracy: relative error at most 1e-13 for all rates.
  /// - Complexity: about 200 terms at most, whatever the rate; see `LatticeEntropy`.
  ///
  /// Source: Loader 2000, *Fast and accurate computation of binomial probabilities*, for log P(k); Evans, Boersma,
  /// Blachman and Jagers 1988, *SIAM Review* 30, 314, for the series.
  public var entropy: Double {
    let rate = self.rate
    if rate == 0 { return 0 }
    if rate < 1 { return LatticeEntropy.sum(surprisalOfZero: rate) { rate / $0 } }
    if rate >= 1e6 {
      let inverse = 1 / rate
      let series = inverse * (1.0 / 12 + inverse * (1.0 / 24 + inverse * (19.0 / 360)))
      return log(rate) / 2 + (0.5 + SpecialFunctions.halfLogTwoPi) - series
    }
    return LatticeEntropy(
      mode: rate.rounded(.down), deviation: rate.squareRoot(), upper: .infinity
    ).sum { k in
      // -log P(k)
      if k == 0 { return rate }
      return k * SpecialFunctions.ratioExcess(rate, over: k) + LatticeEntropy.factorialRemainder(k)
        + (log(k) / 2 + SpecialFunctions.halfLogTwoPi)
    }
  }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = λ_q - λ_p + λ_p log(λ_p/λ_q) = λ_p ρ(λ_q/λ_p)
  ///
  /// - Special values: λ_q for λ_p = 0; +inf where the model's rate alone is 0.
  /// - Accuracy: relative error at most 2e-15 for all rates, near equality too.
  ///
  /// Source: the Bregman divergence of λ log λ; Banerjee, Merugu, Dhillon and Ghosh 2005, *JMLR* 6, table 2.
  public func divergence(to model: Poisson) -> Double {
    if rate == 0 { return model.rate }
    return SpecialFunctions.ratioExcess(model.rate, over: rate, times: rate)
  }
}
