internal import CLibm

/// A categorical distribution: a probability for each of K classes, in memory.
///
/// For many rows, and from files, `DistributionSet` is the faster way.
public struct Categorical: DistributionFamily, Equatable {
  /// The probabilities as given; what their sum differs from 1 is divided out in every result.
  public let probabilities: [Double]

  /// The distribution with the probabilities of its classes.
  ///
  /// - Throws: `InferenceError.lengthMismatch` where there are none; `.invalidParameter` where one is NaN,
  ///   infinite or negative, or their sum differs from 1 by more than 1e-6.
  public init(probabilities: [Double]) throws(InferenceError) {
    guard !probabilities.isEmpty else {
      throw .lengthMismatch("probabilities", expected: 1, given: 0)
    }
    var checked: [Double] = []
    for value in probabilities {
      checked.append(try Parameter.notNegative("probability", value))
    }
    self.probabilities = checked
    guard abs(sum - 1) <= 1e-6 else {
      throw .invalidParameter("sum of the probabilities", sum, mustBe: "1 within 1e-6")
    }
  }

  private var sum: Double {
    SpecialFunctions.compensatedSum(probabilities.count) { probabilities[$0] }
  }

  /// The entropy.
  ///
  ///     H(p) = -Σ p log p
  ///
  /// - Special values: a class of probability 0 adds 0.
  /// - Accuracy: relative error at most 1e-14, near a single certain class too.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., eq. 2.1.
  public var entropy: Double {
    let (p, sum) = (probabilities, self.sum)
    let largest = p.indices.max { p[$0] < p[$1] } ?? 0
    let others = SpecialFunctions.compensatedSum(p.count) { $0 == largest ? 0 : p[$0] }
    let rest = SpecialFunctions.compensatedSum(p.count) {
      $0 == largest || p[$0] == 0 ? 0 : -p[$0] * SpecialFunctions.logRatio(p[$0], over: sum)
    }
    // -log of the largest from what all others leave of 1, so that a small entropy keeps its digits.
    let surprisal =
      others < sum / 2
      ? -log1p(-others / sum) : -SpecialFunctions.logRatio(p[largest], over: sum)
    return (rest + p[largest] * surprisal) / sum
  }

  /// The divergence from a model of as many classes.
  ///
  ///     D(p‖q) = Σ p log(p/q) = Σ p ρ(q/p)
  ///
  /// - Special values: +inf where the target has mass and the model none.
  /// - Accuracy: relative error at most 1e-14, near equality too.
  /// - Throws: `InferenceError.lengthMismatch`.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., eq. 2.26, put together.
  public func divergence(to model: Categorical) throws(InferenceError) -> Double {
    let (count, given) = (probabilities.count, model.probabilities.count)
    guard count == given else {
      throw .lengthMismatch("classes of the model", expected: count, given: given)
    }
    return SpecialFunctions.weightedDivergence(
      target: probabilities, model: model.probabilities) / sum
  }
}
