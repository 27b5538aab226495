internal import CLibm

internal import KullbackLinearAlgebra
public import KullbackMatrix

/// A Wishart distribution of positive definite d × d matrices, by degrees of freedom and scale matrix.
///
///     p(X) ∝ |X|^((n-d-1)/2) exp(-½ tr(V⁻¹ X)),  mean n V
public struct Wishart: DistributionFamily {
  /// The degrees of freedom n, above d - 1.
  public let degreesOfFreedom: Double
  /// The scale matrix V, of which the lower triangle was read.
  public let scale: Matrix<Double>
  /// The lower Cholesky factor of the scale.
  private let factor: Matrix<Double>

  /// How many rows the matrices have.
  public var dimension: Int { scale.rows }

  /// The distribution with degrees of freedom and a scale matrix, of which the lower triangle is read.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless the degrees of freedom are finite and above d - 1;
  ///   `.notPositiveDefinite`; `.lengthMismatch` where the matrix is empty or not square.
  public init(degreesOfFreedom: Double, scale: Matrix<Double>) throws(InferenceError) {
    guard scale.rows > 0, scale.rows == scale.columns else {
      throw .lengthMismatch(
        "columns of the scale matrix", expected: max(1, scale.rows), given: scale.columns)
    }
    let least = Double(scale.rows - 1)
    guard degreesOfFreedom > least, degreesOfFreedom.isFinite else {
      throw .invalidParameter(
        "degrees of freedom", degreesOfFreedom, mustBe: "finite and above \(least)")
    }
    for row in 0..<scale.rows {
      for column in 0...row { _ = try Parameter.finite("scale matrix", scale[row, column]) }
    }
    self.degreesOfFreedom = degreesOfFreedom
    self.scale = scale
    do {
      factor = try LAPACK.potrf(scale)
    } catch {
      throw InferenceError(error)
    }
  }

  /// The shapes n/2 - i/2, i = 0..<d, of the Gamma functions in Γ_d(n/2).
  private func shape(_ index: Int) -> Double { (degreesOfFreedom - Double(index)) / 2 }

  /// The differential entropy, over the d (d + 1) / 2 elements of one triangle.
  ///
  ///     H = (d+1)/2 log|V| + d(d+1)/2 log 2 + log Γ_d(n/2) - (n-d-1)/2 ψ_d(n/2) + n d / 2
  ///
  /// - Accuracy: error at most 1e-14 of the largest of its terms.
  ///
  /// Source: Bishop, *Pattern Recognition and Machine Learning* (2006), appendix B, put together from entropies
  /// of Gamma distributions.
  public var entropy: Double {
    let d = Double(dimension)
    var sum = (d + 1) * d / 2 * log(2) + d * (d - 1) / 4 * (log(Double.pi) + 1)
    for index in 0..<dimension {
      let x = shape(index)
      sum += (d + 1) * log(factor[index, index]) + SpecialFunctions.standardGammaEntropy(x)
      sum += (d - 1 - Double(index)) / 2 * SpecialFunctions.digamma(x)
    }
    return sum
  }

  /// The divergence from a model of the same dimension.
  ///
  ///     D(p‖q) = ½ (n_p - n_q) ψ_d(n_p/2) + log Γ_d(n_q/2) - log Γ_d(n_p/2)
  ///              + ½ n_p (tr(V_q⁻¹ V_p) - d) - ½ n_q log|V_q⁻¹ V_p|
  ///            = Σ_i [½ n_q ρ(λ_i n_p/n_q) + C(a_i, b_i)] + what the means of the shapes leave
  ///
  /// with the eigenvalues λ of V_q⁻¹ V_p and the shapes a_i = (n_p - i)/2, b_i = (n_q - i)/2; no term is
  /// negative.
  ///
  /// - Accuracy: relative error at most 1e-12, near equality too, times the condition number of V_q.
  /// - Complexity: about 3 d³ operations.
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions differ.
  ///
  /// Source: Penny 2001, *KL-Divergences of Normal, Gamma, Dirichlet and Wishart densities*, put
  /// together.
  public func divergence(to model: Wishart) throws(InferenceError) -> Double {
    guard dimension == model.dimension else {
      throw .lengthMismatch(
        "dimensions of the model", expected: dimension, given: model.dimension)
    }
    var sum = try scaleExcess(to: model)
    let difference = (model.degreesOfFreedom - degreesOfFreedom) / 2
    for index in 0..<dimension {
      let (a, b) = (shape(index), model.shape(index))
      sum += SpecialFunctions.shapeExcess(from: a, to: b, difference: difference)
      sum += SpecialFunctions.meanExcess(a, b, difference, shift: Double(index) / 2)
    }
    return max(0, sum)
  }

  /// Σ ½ n_q ρ(λ_i n_p/n_q).
  private func scaleExcess(to model: Wishart) throws(InferenceError) -> Double {
    let ratio = degreesOfFreedom / model.degreesOfFreedom
    let excess = (degreesOfFreedom - model.degreesOfFreedom) / model.degreesOfFreedom
    var sum = 0.0
    do {
      // The eigenvalues of L_q⁻¹ (V_p - V_q) L_q⁻ᵀ are λ - 1, of which subtraction would leave nothing.
      var whitened = Matrix<Double>(rows: dimension, columns: dimension)
      for row in 0..<dimension {
        for column in 0...row {
          let value = scale[row, column] - model.scale[row, column]
          whitened[row, column] = value
          whitened[column, row] = value
        }
      }
      try BLAS.trsm(model.factor, inPlace: &whitened)
      try BLAS.trsm(model.factor, inPlace: &whitened, side: .right, transpose: true)
      let less1 = try LAPACK.syevdValues(whitened).map { $0 * ratio + excess }
      if let least = less1.first, let largest = less1.last, least >= -0.5, largest <= 1 {
        for value in less1 { sum += SpecialFunctions.logExcess(value) }
      } else {
        // Far from equality the trace and the determinants are more exact than small eigenvalues.
        let mixed = try BLAS.trsm(model.factor, factor)
        for row in 0..<dimension {
          for column in 0...row { sum += ratio * mixed[row, column] * mixed[row, column] }
          sum -=
            1 + log(ratio)
            + 2 * SpecialFunctions.logRatio(factor[row, row], over: model.factor[row, row])
        }
      }
    } catch {
      throw InferenceError(error)
    }
    return model.degreesOfFreedom / 2 * sum
  }
}
