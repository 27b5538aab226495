internal import CLibm

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
    return lattice.sum(surprisal)
  }

  /// Where the outcomes that have mass lie.
  private var lattice: LatticeEntropy {
    let (n, p) = (Double(trials), probability)
    return LatticeEntropy(
      mode: min(n, ((n + 1) * p).rounded(.down)), deviation: (n * p * (1 - p)).squareRoot(),
      upper: n)
  }

  /// -log P(k) for k within 0...n and a probability that is neither 0 nor 1.
  ///
  /// Source: Loader 2000, as above.
  private func surprisal(_ k: Double) -> Double {
    let (n, p) = (Double(trials), probability)
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

  /// The divergence from a model.
  ///
  ///     D(p‖q) = n D_Bernoulli(p‖q)                    of as many trials
  ///     D(p‖q) = Σ P(k) (log P(k) - log Q(k))          of a model of more trials, summed over the lattice
  ///
  /// - Special values: +inf where the target can give what the model cannot, as more successes than it has trials; 0
  ///   of no trials on both sides.
  /// - Accuracy: of as many trials as `Bernoulli`; else relative error at most 1e-9, or an error.
  /// - Complexity: some hundred terms at most, however many trials; see `LatticeEntropy`.
  /// - Throws: `InferenceError.invalidParameter` where the numbers of trials differ and the distributions so little
  ///   that rounding leaves fewer digits.
  ///
  /// Source: additivity, Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 2.5.3.
  public func divergence(to model: Binomial) throws(InferenceError) -> Double {
    if trials == model.trials {
      return trials == 0 ? 0 : Double(trials) * trial.divergence(to: model.trial)
    }
    let (p, q) = (probability, model.probability)
    // All mass in no success: of the model's terms the first is left.
    if trials == 0 || p == 0 { return -Double(model.trials) * log1p(-q) }
    guard trials < model.trials, q > 0, q < 1 else { return .infinity }
    if p == 1 { return model.surprisal(Double(trials)) }
    return try sumOfDivergence(to: model)
  }

  /// The divergence from a model of more trials, neither probability being 0 or 1.
  private func sumOfDivergence(to model: Binomial) throws(InferenceError) -> Double {
    /// log Q(k) - log P(k), and how far rounding may have moved it.
    func ratio(_ k: Double, _ own: Double) -> (value: Double, error: Double) {
      let other = model.surprisal(k)
      let offsets =
        abs(k - Double(trials) * probability) + abs(k - Double(model.trials) * model.probability)
      return (own - other, 0x1p-50 * (2 + abs(own) + abs(other) + offsets))
    }
    let plain = lattice.mean(of: surprisal) { -ratio($0, $1).value }
    let rounding = lattice.mean(of: surprisal) { ratio($0, $1).error }
    if rounding <= 1e-10 * plain { return plain }
    // So near each other, P (e^l - 1 - l) sums to D less the mass that only the model has.
    let near = lattice.mean(of: surprisal) { SpecialFunctions.expExcess(ratio($0, $1).value) }
    let left = lattice.mean(of: surprisal) { k, own in
      let ratio = ratio(k, own)
      return abs(expm1(ratio.value)) * ratio.error
    }
    let result = near + model.mass(above: trials)
    guard left <= 1e-10 * result, result < 0.1 else {
      throw .invalidParameter(
        "trials of the model", Double(model.trials),
        mustBe: "\(trials) as the target's, or make a difference that rounding leaves")
    }
    return result
  }

  /// P(more than so many successes), where these are beyond the mode.
  private func mass(above successes: Int) -> Double {
    var sum = 0.0
    // Ends: at the last of the trials, and far beyond the mode long before.
    for k in successes + 1...max(successes + 1, trials) where k <= trials {
      let term = exp(-surprisal(Double(k)))
      sum += term
      if term <= sum * 1e-18 { break }
    }
    return sum
  }
}
