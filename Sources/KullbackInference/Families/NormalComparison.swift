internal import KullbackLinearAlgebra
internal import KullbackMatrix
internal import CLibm

/// What comparing normals needs besides them, used again from pair to pair.
///
/// With M = L_q \ L_p, which is lower triangular, and z = L_q \ (m_p - m_q)
///
///     D(p‖q) = ½ Σ_i (M_ii² - 1 - log M_ii²) + ½ Σ_(i>j) M_ij² + ½ |z|²
///
/// where no term is negative. M is I + L_q \ (L_p - L_q), the difference taken first and the I kept apart, so
/// that equal factors give 0 and alike ones keep their digits. But factors of covariances carry the
/// roundings of their making, which are all that is left when the covariances are nearly equal. Then
/// S = L_q⁻¹ (Σ_p - Σ_q) L_q⁻ᵀ is computed from the covariances' own difference: M is the factor of I + S,
/// and M_ii² - 1 = S_ii - Σ_(k<i) M_ik².
///
/// Source: the divergence, Kullback, *Information Theory and Statistics* (1959), ch. 9 eq. 1.4.
struct NormalComparison {
  private let dimension: Int
  private var work: Matrix<Double>
  private var shift: Matrix<Double>

  init(dimension: Int) {
    self.dimension = dimension
    work = Matrix(rows: dimension, columns: dimension)
    shift = Matrix(rows: dimension, columns: 1)
  }

  /// D(target‖model).
  mutating func divergence(
    _ target: NormalOperand, _ model: NormalOperand
  ) throws(InferenceError) -> Double {
    let distance = try distance(target, model)
    let spread = try spread(target, model)
    return 0.5 * (spread + distance)
  }

  /// H(target,model).
  mutating func crossEntropy(
    _ target: NormalOperand, _ model: NormalOperand
  ) throws(InferenceError) -> Double {
    let distance = try distance(target, model)
    try divide(target.factor, by: model.factor)
    let (dimension, factor) = (dimension, model.factor)
    let trace = work.withElements { work, stride in
      (0..<dimension).reduce(0.0) { sum, row in
        let diagonal = 1 + work[row * stride + row]
        return sum + squares(work, row * stride, row) + diagonal * diagonal
      }
    }
    return 0.5 * (Double(dimension) * logTwoPi + trace + distance) + logDeterminant(factor)
  }

  /// |L_q \ (m_p - m_q)|².
  private mutating func distance(
    _ target: NormalOperand, _ model: NormalOperand
  ) throws(InferenceError) -> Double {
    let dimension = dimension
    target.mean.withElements { p, _ in
      model.mean.withElements { q, _ in
        shift.withMutableElements { shift, _ in
          for index in 0..<dimension { shift[index] = p[index] - q[index] }
        }
      }
    }
    try algebra { () throws(LinearAlgebraError) in try BLAS.trsm(model.factor, inPlace: &shift) }
    return shift.withElements { shift, _ in squares(shift, 0, dimension) }
  }

  /// tr M Mᵀ - n - log det M Mᵀ.
  private mutating func spread(
    _ target: NormalOperand, _ model: NormalOperand
  ) throws(InferenceError) -> Double {
    try divide(target.factor, by: model.factor)
    let dimension = dimension
    var sum = 0.0
    work.withElements { work, stride in
      target.factor.withElements { p, strideP in
        model.factor.withElements { q, strideQ in
          for row in 0..<dimension {
            let excess = work[row * stride + row]
            sum += squares(work, row * stride, row) + excess * excess
            sum +=
              2
              * SpecialFunctions.ratioExcess(
                p[row * strideP + row], over: q[row * strideQ + row])
          }
        }
      }
    }
    guard let first = target.covariance, let second = model.covariance,
      Self.isClose(sum, dimension: dimension, inflation: Self.inflation(model.factor))
    else { return sum }
    return try closeSpread(first, second, factor: model.factor) ?? sum
  }

  /// Whether a spread that was computed from factors may have lost its tenth digit to their roundings.
  ///
  /// They move M by about n κ 2⁻⁵³, and the spread, which is near |M - I|², by twice its root times that.
  static func isClose(_ spread: Double, dimension: Int, inflation: Double) -> Bool {
    let floor = 1e10 * Double(dimension) * inflation * 0x1p-52
    return spread < floor * floor
  }

  /// work ← L_q \ L_p - I.
  private mutating func divide(
    _ target: Matrix<Double>, by model: Matrix<Double>
  ) throws(InferenceError) {
    let dimension = dimension
    target.withElements { p, strideP in
      model.withElements { q, strideQ in
        work.withMutableElements { work, stride in
          for row in 0..<dimension {
            for column in 0...row {
              work[row * stride + column] =
                p[row * strideP + column] - q[row * strideQ + column]
            }
            for column in row + 1..<max(row + 1, dimension) { work[row * stride + column] = 0 }
          }
        }
      }
    }
    try algebra { () throws(LinearAlgebraError) in
      try BLAS.triangularQuotient(model, inPlace: &work)
    }
  }

  /// The spread from the covariances' difference; nil where roundings leave I + S no factor.
  mutating func closeSpread(
    _ target: Matrix<Double>, _ model: Matrix<Double>, factor: Matrix<Double>
  ) throws(InferenceError) -> Double? {
    let dimension = dimension
    target.withElements { p, strideP in
      model.withElements { q, strideQ in
        work.withMutableElements { work, stride in
          for row in 0..<dimension {
            for column in 0...row {
              let difference = p[row * strideP + column] - q[row * strideQ + column]
              work[row * stride + column] = difference
              work[column * stride + row] = difference
            }
          }
        }
      }
    }
    try algebra { () throws(LinearAlgebraError) in
      try BLAS.trsm(factor, inPlace: &work)
      try BLAS.trsm(factor, inPlace: &work, side: .right, transpose: true)
    }
    return try excessSpread(of: &work)
  }

  /// The largest ratio of a variance to what is left of it when the components before it are known: at most
  /// the condition number of the correlations.
  private static func inflation(_ factor: Matrix<Double>) -> Double {
    factor.withElements { factor, stride in
      (0..<(stride == 0 ? 0 : (factor.count + stride - 1) / stride)).reduce(1) { most, row in
        let pivot = factor[row * stride + row]
        return max(most, 1 + squares(factor, row * stride, row) / (pivot * pivot))
      }
    }
  }
}

/// tr S - log det(I + S) for a symmetric S, without cancellation; the lower triangle is read and overwritten.
///
/// With I + S = M Mᵀ it is Σ_(i>k) M_ik² + Σ_i (e_i - log(1 + e_i)), e_i = S_ii - Σ_(k<i) M_ik² = M_ii² - 1:
/// no term is negative, and S is never taken from 1. Nil where I + S is not positive definite.
func excessSpread(of matrix: inout Matrix<Double>) throws(InferenceError) -> Double? {
  let order = matrix.rows
  var diagonal = [Double](repeating: 0, count: order)
  matrix.withMutableElements { elements, stride in
    for row in 0..<order {
      diagonal[row] = elements[row * stride + row]
      elements[row * stride + row] += 1
    }
  }
  do {
    try LAPACK.potrf(inPlace: &matrix)
  } catch {
    guard case .notPositiveDefinite = error else { throw InferenceError(error) }
    return nil
  }
  return matrix.withElements { elements, stride in
    (0..<order).reduce(0.0) { sum, row in
      let below = squares(elements, row * stride, row)
      let pivot = elements[row * stride + row]
      return sum + below
        + SpecialFunctions.logExcess(diagonal[row] - below, ratio: pivot * pivot)
    }
  }
}

/// log det L of a triangular matrix with a positive diagonal.
func logDeterminant(_ factor: Matrix<Double>) -> Double {
  let order = factor.rows
  return factor.withElements { factor, stride in
    (0..<order).reduce(0.0) { $0 + log(factor[$1 * stride + $1]) }
  }
}
