public import KullbackMatrix
internal import CLibm

/// The posterior of the eight schools: effects of coaching in eight schools, with a common mean and spread.
///
///     yⱼ ~ N(θⱼ, σⱼ²),  θⱼ ~ N(μ, τ²),  μ ~ N(0, 5²),  τ ~ half-Cauchy(0, 5)
///
/// The dimensions are eight effects, μ and log τ, with the Jacobian of the logarithm. Non-centred, the effects are
/// θ̃ⱼ of θⱼ = μ + τ θ̃ⱼ, and the posterior is near a normal distribution; centred, they are θⱼ themselves, and it is
/// a funnel whose density has no bound as τ goes to 0.
///
/// Source: Rubin, *J. Educ. Statist.* 6 (1981) 377; Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 5.5;
/// the priors are those of `eight_schools` in posteriordb.
public struct EightSchools: Density {
  /// What stands for the effects of the schools.
  public enum Parametrisation: Sendable, Equatable {
    /// The effects θⱼ.
    case centred
    /// The effects in units of τ from μ.
    case nonCentred
  }

  /// What stands for the effects.
  public let parametrisation: Parametrisation

  /// 10: eight effects, μ, log τ.
  public var dimension: Int { 10 }

  /// The estimated effects yⱼ.
  public static let effects: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
  /// Their standard errors σⱼ.
  public static let errors: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]

  /// The posterior in a parametrisation.
  public init(_ parametrisation: Parametrisation = .nonCentred) {
    self.parametrisation = parametrisation
  }

  /// The log density of each point, up to a constant, and its gradient.
  ///
  /// - Throws: `InferenceError.lengthMismatch`.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try eachPoint(of: points, gradients: &gradients) { x, gradient in
      let (mu, logTau) = (x[8], x[9])
      let ratio = 2 * (logTau - Self.logOfFive)
      var value = -mu * mu / 50 - softplus(ratio) + logTau
      var (byMu, byLogTau) = (-mu / 25, 1 - 2 * logistic(ratio))
      var offsets = 0.0
      for school in 0..<8 {
        let variance = Self.errors[school] * Self.errors[school]
        switch parametrisation {
        case .nonCentred:
          let effect = product(x[school], exp: logTau)
          let rest = Self.effects[school] - mu - effect
          let slope = rest / variance
          value -= (x[school] * x[school] + rest * slope) / 2
          gradient[school] = product(slope, exp: logTau) - x[school]
          byMu += slope
          byLogTau += slope * effect
        case .centred:
          let rest = Self.effects[school] - x[school]
          let offset = x[school] - mu
          let scaled = product(offset, exp: -logTau)
          value -= (scaled * scaled + rest * rest / variance) / 2 + logTau
          gradient[school] = rest / variance - product(scaled, exp: -logTau)
          offsets += offset
          byLogTau += scaled * scaled - 1
        }
      }
      gradient[8] = byMu + product(offsets, exp: -2 * logTau)
      gradient[9] = byLogTau
      return value
    }
  }

  /// The quantities of interest at points of this parametrisation: μ, τ and the eight effects θⱼ.
  ///
  /// - Shapes: `points` and the result are count × 10.
  /// - Throws: `InferenceError.lengthMismatch`.
  public func quantities(at points: Matrix<Double>) throws(InferenceError) -> Matrix<Double> {
    try check(points)
    var result = Matrix<Double>(rows: points.rows, columns: 10)
    for row in 0..<points.rows {
      let (mu, tau) = (points[row, 8], exp(points[row, 9]))
      result[row, 0] = mu
      result[row, 1] = tau
      for school in 0..<8 {
        let effect = points[row, school]
        result[row, school + 2] = parametrisation == .centred ? effect : mu + tau * effect
      }
    }
    return result
  }

  private static let logOfFive = 1.6094379124341003746
}
