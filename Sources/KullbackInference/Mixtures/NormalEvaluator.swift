internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// A normal distribution made ready to be evaluated at many points.
///
/// Points are centred before they are divided by the factor, so that a mean far from 0 costs no digits.
struct NormalEvaluator: Sendable {
  let normal: MultivariateNormal
  /// The logarithm of the density at the mean: -n/2 log 2π - Σ log Lᵢᵢ.
  let peak: Double
  /// 1 / Lᵢᵢ where the factor is diagonal: then no triangle is solved.
  private let scales: [Double]?

  init(_ normal: MultivariateNormal) {
    self.normal = normal
    let dimension = normal.dimension
    var (scales, isDiagonal) = ([Double](), true)
    normal.factor.withElements { factor, stride in
      for row in 0..<dimension {
        scales.append(1 / factor[row * stride + row])
        for column in 0..<row where factor[row * stride + column] != 0 { isDiagonal = false }
      }
    }
    peak = -0.5 * Double(dimension) * logTwoPi - logDeterminant(normal.factor)
    self.scales = isDiagonal ? scales : nil
  }

  /// The points x as z = L⁻¹(x - m), in a matrix of their shape.
  ///
  /// - Complexity: n² operations a point, n where the factor is diagonal.
  func standardise(
    _ points: Matrix<Double>, into result: inout Matrix<Double>
  ) throws(LinearAlgebraError) {
    centre(points, on: normal.mean, into: &result, scales: scales)
    guard scales == nil else { return }
    try BLAS.trsm(
      normal.factor, inPlace: &result, side: .right, triangle: .lower, transpose: true)
  }

  /// Makes Σ⁻¹(x - m) = L⁻ᵀz of z.
  func weigh(_ standard: inout Matrix<Double>) throws(LinearAlgebraError) {
    guard let scales else {
      try BLAS.trsm(normal.factor, inPlace: &standard, side: .right, triangle: .lower)
      return
    }
    let (rows, columns) = (standard.rows, standard.columns)
    standard.withMutableElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns { elements[row * stride + column] *= scales[column] }
      }
    }
  }

  /// The log density at each point, of z, to one column of a matrix with something added.
  func write(
    ofStandardised standard: Matrix<Double>, plus constant: Double, to column: Int,
    of scores: inout Matrix<Double>
  ) {
    let (rows, dimension) = (standard.rows, standard.columns)
    standard.withElements { z, stride in
      scores.withMutableElements { scores, scoreStride in
        for row in 0..<rows {
          scores[row * scoreStride + column] =
            peak + constant - 0.5 * squares(z, row * stride, dimension)
        }
      }
    }
  }
}

extension NormalEvaluator {
  /// The log density at each point, of z.
  func logDensities(ofStandardised standard: Matrix<Double>) -> [Double] {
    standard.rowSquares().map { peak - 0.5 * $0 }
  }

  /// |L⁻¹d|² of offsets d from the mean, one a row.
  func squaredLengths(ofOffsets offsets: Matrix<Double>) throws(LinearAlgebraError) -> [Double] {
    try BLAS.trsm(
      normal.factor, offsets, side: .right, triangle: .lower, transpose: true
    ).rowSquares()
  }
}
