internal import KullbackLinearAlgebra
public import KullbackMatrix
internal import CLibm

/// A normal distribution whose covariance is a diagonal and a few factors: diag(d) + W Wᵀ.
///
/// Of n dimensions and r factors nothing of n × n elements is ever made: results cost n r² operations.
public struct LowRankNormal: Sendable, Equatable {
  /// The mean of each component.
  public let mean: [Double]
  /// The diagonal part d of the covariance.
  public let diagonal: [Double]
  /// The factors' loadings W: n × r.
  public let loadings: Matrix<Double>

  /// How many dimensions it has.
  public var dimension: Int { mean.count }
  /// How many factors it has.
  public var rank: Int { loadings.columns }

  /// The lower Cholesky factor of the capacitance K = I + Wᵀ diag(d)⁻¹ W.
  let capacitance: Matrix<Double>

  /// The distribution with a mean, a diagonal and loadings.
  ///
  /// - Shapes: n, n, and n × r with r of 1 or more; `DiagonalNormal` is the distribution without factors.
  /// - Throws: `InferenceError.lengthMismatch`; `.invalidParameter` where a mean or a loading is not finite, the
  ///   diagonal is not finite and above 0 with all its digits (not subnormal), or Σ W²/d is not finite.
  public init(
    mean: [Double], diagonal: [Double], loadings: Matrix<Double>
  ) throws(InferenceError) {
    let base = try DiagonalNormal(mean: mean, variances: diagonal)
    guard loadings.rows == mean.count else {
      throw .lengthMismatch("rows of the loadings", expected: mean.count, given: loadings.rows)
    }
    guard loadings.columns > 0 else {
      throw .lengthMismatch("columns of the loadings", expected: 1, given: 0)
    }
    // A subnormal number may have no finite reciprocal.
    if let bad = diagonal.first(where: { !$0.isNormal }) {
      throw .invalidParameter("variance", bad, mustBe: "at least \(Double.leastNormalMagnitude)")
    }
    if let bad = loadings.values.first(where: { !$0.isFinite }) {
      throw .invalidParameter("loading", bad, mustBe: "finite")
    }
    (self.mean, self.diagonal, self.loadings) = (base.mean, base.variances, loadings)
    var matrix = try algebra { () throws(LinearAlgebraError) in
      var scaled = loadings
      scaleRows(of: &scaled, by: diagonal.map { 1 / $0.squareRoot() })
      return try BLAS.syrk(scaled, transpose: true)
    }
    for index in 0..<loadings.columns {
      matrix[index, index] += 1
      let sum = matrix[index, index]
      guard sum.isFinite else {
        throw .invalidParameter("sum of squared loadings over variances", sum, mustBe: "finite")
      }
    }
    let sums = matrix
    capacitance = try algebra { () throws(LinearAlgebraError) in try LAPACK.potrf(sums) }
  }
}

extension LowRankNormal: DistributionFamily {
  /// The entropy ½ (n (1 + log 2π) + Σ log d + log det K), in nats.
  ///
  /// Source: Harville, *Matrix Algebra from a Statistician's Perspective* (1997), the determinant of a sum; Cover
  /// and Thomas, *Elements of Information Theory*, 2nd ed., theorem 8.4.1.
  public var entropy: Double {
    0.5 * (Double(dimension) * (1 + logTwoPi) + logDeterminantOfCovariance)
  }

  private var logDeterminantOfCovariance: Double {
    diagonal.reduce(2 * logDeterminant(capacitance)) { $0 + log($1) }
  }

  /// The divergence D(p‖q) of this distribution p from a model q, in nats.
  ///
  /// With factors z ~ N(0, I), x = m + W z + ε, it is the divergence of the joint distributions of x and z less that of
  /// the distributions of z given x:
  ///
  ///     D = ½ Σ [ρ(d_p/d_q) + ((m_p - m_q)² + |W_p - W_q|²) / d_q]
  ///         - ½ (tr K_q K_p⁻¹ - r - log det K_q K_p⁻¹ + E|L_q⁻¹ (B e - V_qᵀ (m_p - m_q))|²),
  ///     ρ(x) = x - 1 - log x,  K = I + Wᵀ V,  V = diag(d)⁻¹ W,  B = (V_p - V_q)ᵀ - (K_p - K_q) K_p⁻¹ V_pᵀ
  ///
  /// Every difference is one of parameters. Where the loadings differ so much that this would cancel, the traces and
  /// determinants are taken as they are, by Woodbury's formula.
  ///
  /// - Special values: 0 exactly for a distribution and itself; never negative; +inf where a term of the sums passes
  ///   the largest number.
  /// - Accuracy: relative error below 1e-9 for parameters nearly equal and capacitances of condition up to 1e4. Loadings
  ///   that differ by a rotation give the same distribution: its divergence of 0, and those of distributions near it,
  ///   are found to within 1e-15 (n + Σ (|W_p|² + |W_q|²) / d_q), which is not relative to them.
  /// - Complexity: about 6 n r² operations; memory for 5 n × r elements.
  /// - Throws: `InferenceError.lengthMismatch` where the dimensions or the numbers of factors differ.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 2.5.3 (the chain rule); Woodbury,
  /// *Inverting modified matrices*, Princeton memorandum 42 (1950).
  public func divergence(to model: LowRankNormal) throws(InferenceError) -> Double {
    guard dimension == model.dimension else {
      throw .lengthMismatch(
        "dimensions of the model", expected: dimension, given: model.dimension)
    }
    guard rank == model.rank else {
      throw .lengthMismatch("factors of the model", expected: rank, given: model.rank)
    }
    let pair = LowRankPair(self, model)
    let joint = pair.jointDivergence
    guard joint > 0 else { return 0 }
    // The traces round to some units of n in the last place; what cancels from the joint one is as small as it.
    if joint < 0.25 * Double(dimension), let rest = try pair.posteriorDivergence() {
      return max(0, joint - rest)
    }
    let trace = try algebra { () throws(LinearAlgebraError) in try pair.traceAndDistance() }
    let spread = trace - Double(dimension)
    let volumes = model.logDeterminantOfCovariance - logDeterminantOfCovariance
    // What overflows may be subtracted from what does: `max` would make the NaN 0.
    guard spread.isFinite else { return .infinity }
    return max(0, 0.5 * (spread + volumes))
  }
}

/// Two distributions of as many dimensions and factors, and what both parts of their divergence need.
private struct LowRankPair {
  let p: LowRankNormal
  let q: LowRankNormal
  /// V = diag(d)⁻¹ W of the model.
  private let modelWeights: Matrix<Double>
  /// W_p - W_q.
  private let difference: Matrix<Double>
  private let shift: [Double]

  init(_ p: LowRankNormal, _ q: LowRankNormal) {
    (self.p, self.q) = (p, q)
    modelWeights = Self.over(q.diagonal, q.loadings)
    var difference = p.loadings
    addMatrix(q.loadings, to: &difference, times: -1)
    self.difference = difference
    shift = zip(p.mean, q.mean).map { $0 - $1 }
  }

  /// diag(d)⁻¹ times a matrix.
  private static func over(_ diagonal: [Double], _ matrix: Matrix<Double>) -> Matrix<Double> {
    var result = matrix
    scaleRows(of: &result, by: diagonal.map { 1 / $0 })
    return result
  }

  /// That of x and z together.
  var jointDivergence: Double {
    difference.withElements { difference, stride in
      p.diagonal.indices.reduce(0.0) { sum, row in
        let moved =
          shift[row] * shift[row] + squares(difference, row * stride, p.rank)
        return sum
          + 0.5
          * (SpecialFunctions.ratioExcess(p.diagonal[row], over: q.diagonal[row])
            + moved / q.diagonal[row])
      }
    }
  }

  /// The mean of that of z given x; nil where the capacitances are too far apart.
  func posteriorDivergence() throws(InferenceError) -> Double? {
    var (spread, rest) = try algebra { () throws(LinearAlgebraError) in try posteriorParts() }
    guard let volume = try excessSpread(of: &spread) else { return nil }
    return 0.5 * (volume + rest)
  }

  /// -L_p⁻¹ (K_p - K_q) L_p⁻ᵀ, and E|L_q⁻¹ (B e - V_qᵀ (m_p - m_q))|².
  private func posteriorParts() throws(LinearAlgebraError) -> (
    spread: Matrix<Double>, scatter: Double
  ) {
    let weights = Self.over(p.diagonal, p.loadings)
    // V_p - V_q, from differences of the parameters.
    var apart = Self.over(q.diagonal, difference)
    var turned = weights
    scaleRows(of: &turned, by: zip(p.diagonal, q.diagonal).map { ($1 - $0) / $1 })
    addMatrix(turned, to: &apart)
    // K_p - K_q.
    var capacitances = try BLAS.gemm(difference, weights, transposeFirst: true)
    try BLAS.gemm(q.loadings, apart, transposeFirst: true, beta: 1, into: &capacitances)
    var spread = Matrix<Double>(rows: p.rank, columns: p.rank)
    for row in 0..<p.rank {
      for column in 0..<p.rank {
        spread[row, column] = -(capacitances[row, column] + capacitances[column, row]) / 2
      }
    }
    try BLAS.trsm(p.capacitance, inPlace: &spread)
    try BLAS.trsm(p.capacitance, inPlace: &spread, side: .right, transpose: true)
    // (K_p - K_q) K_p⁻¹, from the right.
    try BLAS.trsm(p.capacitance, inPlace: &capacitances, side: .right, transpose: true)
    try BLAS.trsm(p.capacitance, inPlace: &capacitances, side: .right)
    // Bᵀ = V_p - V_q - V_p ((K_p - K_q) K_p⁻¹)ᵀ, then its rows divided by L_q.
    try BLAS.gemm(weights, capacitances, transposeSecond: true, alpha: -1, beta: 1, into: &apart)
    try BLAS.trsm(q.capacitance, inPlace: &apart, side: .right, transpose: true)
    let mixed = try BLAS.gemm(apart, p.loadings, transposeFirst: true)
    let own = zip(p.diagonal, apart.rowSquares()).reduce(0.0) { $0 + $1.0 * $1.1 }
    return (spread, own + sumOfSquares(mixed) + (try explainedShift()))
  }

  /// tr Σ_q⁻¹ Σ_p + (m_p - m_q)ᵀ Σ_q⁻¹ (m_p - m_q).
  func traceAndDistance() throws(LinearAlgebraError) -> Double {
    // Rows of V_q L_q⁻ᵀ: what the factors take away of diag(d_q)⁻¹.
    var taken = modelWeights
    try BLAS.trsm(q.capacitance, inPlace: &taken, side: .right, transpose: true)
    let mixed = try BLAS.gemm(taken, p.loadings, transposeFirst: true)
    var sum = -sumOfSquares(mixed) - (try explainedShift())
    p.loadings.withElements { loadings, stride in
      taken.withElements { taken, takenStride in
        for row in p.diagonal.indices {
          let own = p.diagonal[row] + squares(loadings, row * stride, p.rank)
          sum += (own + shift[row] * shift[row]) / q.diagonal[row]
          sum -= p.diagonal[row] * squares(taken, row * takenStride, q.rank)
        }
      }
    }
    return sum
  }

  /// |L_q⁻¹ V_qᵀ (m_p - m_q)|².
  private func explainedShift() throws(LinearAlgebraError) -> Double {
    let product = try BLAS.gemm(
      modelWeights, Matrix(shift, rows: shift.count, columns: 1), transposeFirst: true)
    return sumOfSquares(try BLAS.trsm(q.capacitance, product))
  }

  private func sumOfSquares(_ matrix: Matrix<Double>) -> Double {
    matrix.rowSquares().reduce(0, +)
  }
}
