/// A Dirichlet distribution on the simplex of K probabilities.
///
///     p(x) = Γ(Σ α_k) / Π Γ(α_k) · Π x_k^(α_k - 1),  with respect to x_1 ... x_(K-1)
public struct Dirichlet: DistributionFamily, Equatable {
  /// The concentrations α, one for each component.
  public let concentrations: [Double]

  /// The distribution with concentrations, at least two.
  ///
  /// - Throws: `InferenceError.lengthMismatch` where there are fewer; `.invalidParameter` unless all are
  ///   finite and above 0, and their sum finite.
  public init(concentrations: [Double]) throws(InferenceError) {
    guard concentrations.count >= 2 else {
      throw .lengthMismatch("concentrations", expected: 2, given: concentrations.count)
    }
    for value in concentrations { _ = try Parameter.positive("concentration", value) }
    self.concentrations = concentrations
    _ = try Parameter.positive("sum of the concentrations", sum)
  }

  private var sum: Double {
    SpecialFunctions.compensatedSum(concentrations.count) { concentrations[$0] }
  }

  /// The differential entropy.
  ///
  ///     H(p) = Σ log Γ(α_k) - log Γ(A) + (A - K) ψ(A) - Σ (α_k - 1) ψ(α_k)
  ///          = Σ e(α_k) - e(A) - (K - 1) ψ(A),  A = Σ α_k
  ///
  /// The second form is made of entropies e of Gamma distributions, in which nothing of the size of the
  /// concentrations is left to cancel.
  ///
  /// - Special values: -inf where it overflows, for concentrations below 1e-308.
  /// - Accuracy: error at most 1e-14 of the largest of its terms.
  ///
  /// Source: Ebrahimi, Soofi and Zhao 2011, *J. Multivariate Anal.* 102, put together.
  public var entropy: Double {
    let count = concentrations.count
    // Beside the poles -Σ 1/α_k + K/A of so small a concentration nothing else shows.
    if let least = concentrations.min(), least < 1e-200 {
      let poles = SpecialFunctions.compensatedSum(count) { least / concentrations[$0] }
      return (Double(count) * (least / sum) - poles) / least
    }
    let components = SpecialFunctions.compensatedSum(count) {
      SpecialFunctions.standardGammaEntropy(concentrations[$0])
    }
    return components - SpecialFunctions.standardGammaEntropy(sum)
      - Double(count - 1) * SpecialFunctions.digamma(sum)
  }

  /// The divergence from a model of as many components.
  ///
  ///     D(p‖q) = log Γ(A) - Σ log Γ(α_k) - log Γ(B) + Σ log Γ(β_k) + Σ (α_k - β_k) (ψ(α_k) - ψ(A))
  ///            = B KL(β/B ‖ α/A) + Σ C(α_k, β_k) - C(A, B),  A = Σ α_k, B = Σ β_k
  ///
  /// with `SpecialFunctions.shapeExcess` as C. Where C(A, B) would cancel, or concentrations are large, it is a sum
  /// over components instead, `DirichletSticks`, in which nothing does.
  ///
  /// - Special values: +inf where the value overflows, which may be said of values above half the largest number.
  /// - Accuracy: relative error at most 1e-12 for all concentrations, near equality and however far one of them
  ///   outweighs the others; measured by `DirichletTests` within 1e-300...1e300.
  /// - Throws: `InferenceError.lengthMismatch`.
  ///
  /// Source: Penny 2001, *KL-Divergences of Normal, Gamma, Dirichlet and Wishart densities*, put
  /// together.
  public func divergence(to model: Dirichlet) throws(InferenceError) -> Double {
    let (count, given) = (concentrations.count, model.concentrations.count)
    guard count == given else {
      throw .lengthMismatch("concentrations of the model", expected: count, given: given)
    }
    return divergenceOfSameLength(to: model)
  }

  /// The same where the lengths are known to agree.
  func divergenceOfSameLength(to model: Dirichlet) -> Double {
    let (own, other) = (concentrations, model.concentrations)
    // The rounding of the means' differences is that of √B.
    guard sum <= Self.plain, model.sum <= Self.plain else {
      return DirichletSticks(target: own, model: other).divergence
    }
    let means = SpecialFunctions.weightedDivergence(target: other, model: own)
    let shapes = SpecialFunctions.compensatedSum(own.count) {
      SpecialFunctions.shapeExcess(from: own[$0], to: other[$0], difference: other[$0] - own[$0])
    }
    let difference = SpecialFunctions.compensatedSum(own.count) { other[$0] - own[$0] }
    let total = SpecialFunctions.shapeExcess(from: sum, to: model.sum, difference: difference)
    let result = means + (shapes - total)
    guard result < .infinity, result >= total / 4 else {
      return DirichletSticks(target: own, model: other).divergence
    }
    return result
  }

  /// The largest sum of concentrations of which the plain formula is used.
  private static let plain = 1e6
}
