#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A binomial distribution: successes in n trials.
///
///     P(k) = C(n, k) p^k (1 - p)^(n - k),  k = 0...n
public struct Binomial: DistributionFamily, Equatable {
  /// How many trials.
  public let trials: Int
  /// One trial.
  private let trial: Bernoulli

  /// The probability p of a success.
  public var probability: Double { trial.probability }

  /// The distribution with a number of trials and a probability of success.
  ///
  /// - Throws: `InferenceError.invalidParameter` where the trials are negative or more than 2⁵³, or the
  ///   probability is outside 0...1.
  public init(trials: Int, probability: Double) throws(InferenceError) {
    guard trials >= 0, trials <= 1 << 53 else {
      throw .invalidParameter("trials", Double(trials), mustBe: "within 0...2^53")
    }
    self.trials = trials
    trial = try Bernoulli(probability: probability)
  }

  /// The entropy -Σ P(k) log P(k), which has no closed form: summed over the lattice.
  ///
  /// - Accuracy: relative error at most 1e-13.
  /// - Complexity: about 200 terms at most, however many trials; see `LatticeEntropy`.
  ///
  /// Source: Loader 2000, *Fast and accurate computation of binomial probabilities*, for log P(k).
  public var entropy: Double {
    let (n, p) = (Double(trials), probability)
    if p == 0 || p == 1 || trials == 0 { return 0 }
    // Of the rarer outcome there is less than one: its number has the same entropy.
    let rare = min(p, 1 - p)
    if n * rare < 1 {
      let odds = rare / (1 - rare)
      return LatticeEntropy.sum(surprisalOfZero: -n * log1p(-rare)) { k in
        k > n ? 0 : (n - k + 1) / k * odds
      }
    }
    let variance = n * p * (1 - p)
    return LatticeEntropy(
      mode: min(n, ((n + 1) * p).rounded(.down)), deviation: variance.squareRoot(), upper: n
    ).sum { k in
      // -log P(k)
      if k == 0 { return -n * log1p(-p) }
      if k == n { return -n * log(p) }
      let rest = n - k
      let deviance =
        k * SpecialFunctions.ratioExcess(n * p, over: k)
        + rest * SpecialFunctions.ratioExcess(n * (1 - p), over: rest)
      let factorials =
        LatticeEntropy.factorialRemainder(k) + LatticeEntropy.factorialRemainder(rest)
        - LatticeEntropy.factorialRemainder(n)
      return deviance + factorials + (log(k * (rest / n)) / 2 + SpecialFunctions.halfLogTwoPi)
    }
  }

  /// The divergence from a model of as many trials: that of one trial, times their number.
  ///
  ///     D(p‖q) = n D_Bernoulli(p‖q)
  ///
  /// - Special values: +inf where the target can give what the model cannot; 0 of no trials.
  /// - Accuracy: as `Bernoulli`.
  /// - Throws: `InferenceError.invalidParameter` where the numbers of trials differ.
  ///
  /// Source: additivity, Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 2.5.3.
  public func divergence(to model: Binomial) throws(InferenceError) -> Double {
    guard trials == model.trials else {
      throw .invalidParameter(
        "trials of the model", Double(model.trials), mustBe: "\(trials), as many as the target's")
    }
    return trials == 0 ? 0 : Double(trials) * trial.divergence(to: model.trial)
  }
}
