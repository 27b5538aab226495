internal import Kullback
internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// Standard normal draws that an objective keeps: antithetic pairs with second moments as exact as they can be.
///
/// The mean is exactly 0. Where there are at least as many pairs as dimensions the second moment is the identity, so
/// that the expectation of every quadratic function is exact; with fewer, every dimension has variance 1.
struct FixedDraws {
  /// Draws × dimensions; the second half is minus the first.
  let standard: Matrix<Double>

  /// - Precondition: `count` is even and above 0.
  init(count: Int, dimension: Int, seed: UInt64) throws(InferenceError) {
    let pairs = count / 2
    var random = SplitMix(seed: seed)
    var half = Matrix<Double>.standardNormal(rows: pairs, columns: dimension, &random)
    if pairs >= dimension {
      half = try algebra { () throws(LinearAlgebraError) in
        try BLAS.withOneThread { () throws(LinearAlgebraError) in
          let moment = try BLAS.syrk(half, transpose: true, alpha: 1 / Double(pairs))
          let root = try LAPACK.potrf(moment)
          try BLAS.trsm(root, inPlace: &half, side: .right, transpose: true)
          return half
        }
      }
    } else {
      Self.scaleColumns(of: &half)
    }
    standard = Self.withOpposites(half)
  }

  /// Rows, followed by minus the same rows.
  static func withOpposites(_ half: Matrix<Double>) -> Matrix<Double> {
    let (pairs, columns) = (half.rows, half.columns)
    var all = Matrix<Double>(rows: 2 * pairs, columns: columns)
    half.withElements { half, stride in
      all.withMutableElements { all, allStride in
        for row in 0..<pairs {
          for column in 0..<columns {
            let value = half[row * stride + column]
            all[row * allStride + column] = value
            all[(row + pairs) * allStride + column] = -value
          }
        }
      }
    }
    return all
  }

  private static func scaleColumns(of matrix: inout Matrix<Double>) {
    let (rows, columns) = (matrix.rows, matrix.columns)
    var squares = [Double](repeating: 0, count: columns)
    matrix.withMutableElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns {
          squares[column] += elements[row * stride + column] * elements[row * stride + column]
        }
      }
      let factors = squares.map { (Double(rows) / $0).squareRoot() }
      for row in 0..<rows {
        for column in 0..<columns { elements[row * stride + column] *= factors[column] }
      }
    }
  }
}
