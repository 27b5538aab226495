internal import KullbackLinearAlgebra
internal import KullbackMatrix

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

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
    var (logarithms, scales, isDiagonal) = (0.0, [Double](), true)
    normal.factor.withElements { factor, stride in
      for row in 0..<dimension {
        logarithms += log(factor[row * stride + row])
        scales.append(1 / factor[row * stride + row])
        for column in 0..<row where factor[row * stride + column] != 0 { isDiagonal = false }
      }
    }
    peak = -0.5 * Double(dimension) * log(2 * .pi) - logarithms
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
          var sum = 0.0
          for index in row * stride..<row * stride + dimension { sum += z[index] * z[index] }
          scores[row * scoreStride + column] = peak + constant - 0.5 * sum
        }
      }
    }
  }
}

extension NormalEvaluator {
  /// |L⁻¹d|² of offsets d from the mean, one a row.
  func squares(ofOffsets offsets: Matrix<Double>) throws(LinearAlgebraError) -> [Double] {
    let standard = try BLAS.trsm(
      normal.factor, offsets, side: .right, triangle: .lower, transpose: true)
    return (0..<standard.rows).map { row in standard.row(row).reduce(0) { $0 + $1 * $1 } }
  }
}

/// Rows less a centre, each column times its scale, in a matrix of as many rows and columns.
func centre(
  _ points: Matrix<Double>, on mean: [Double], into result: inout Matrix<Double>,
  scales: [Double]? = nil
) {
  let (rows, columns) = (points.rows, points.columns)
  precondition(result.rows == rows && result.columns == columns && mean.count == columns)
  points.withElements { points, stride in
    result.withMutableElements { result, resultStride in
      for row in 0..<rows {
        let (from, to) = (row * stride, row * resultStride)
        if let scales {
          for column in 0..<columns {
            result[to + column] = (points[from + column] - mean[column]) * scales[column]
          }
        } else {
          for column in 0..<columns {
            result[to + column] = points[from + column] - mean[column]
          }
        }
      }
    }
  }
}
