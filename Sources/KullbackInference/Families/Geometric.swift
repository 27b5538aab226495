internal import CLibm

/// A geometric distribution: the trials until the first success, or the failures before it.
///
///     P(k) = p (1 - p)^k,  k = 0, 1, ... failures
///
/// Counting trials (as SciPy does) or failures (as PyTorch does) makes no difference to what is here.
public struct Geometric: DistributionFamily, Equatable {
  /// One trial.
  private let trial: Bernoulli

  /// The probability p of a success.
  public var probability: Double { trial.probability }

  /// The distribution with a probability of success.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless it is above 0 and at most 1.
  public init(probability: Double) throws(InferenceError) {
    guard probability > 0 else {
      throw .invalidParameter("probability", probability, mustBe: "above 0 and at most 1")
    }
    trial = try Bernoulli(probability: probability)
  }

  /// The entropy.
  ///
  ///     H = h(p) / p = -log p - (1 - p) log(1 - p) / p,  h the entropy of one trial
  ///
  /// - Special values: 0 for p = 1.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., problem 2.1.
  public var entropy: Double {
    if probability == 1 { return 0 }
    return -log(probability) - (1 - probability) * (log1p(-probability) / probability)
  }

  /// The divergence from a model: that of one trial times their expected number.
  ///
  ///     D(p‖q) = D_Bernoulli(p‖q) / p = ρ(q/p) + (1 - p)/p ρ((1 - q)/(1 - p))
  ///
  /// - Special values: +inf where the model is certain to succeed at once and the target is not, and where the
  ///   value overflows.
  /// - Accuracy: as `Bernoulli`.
  ///
  /// Source: Σ P(k) (log(p/q) + k log((1 - p)/(1 - q))) with the mean (1 - p)/p of k.
  public func divergence(to model: Geometric) -> Double {
    SpecialFunctions.ratioExcess(model.probability, over: probability)
      + trial.excessOfZeros(to: model.trial) / probability
  }
}
