internal import KullbackLinearAlgebra
internal import KullbackMatrix
internal import CLibm

/// A family of normal distributions as vectors of parameters, relative to one of them.
///
///     x = m₀ + L₀ (μ + C z),  Cᵢᵢ = exp(dᵢ / √2)
///
/// The parameters are μ, d and, for a full covariance, the elements of C below the diagonal, row by row. At 0 the
/// distribution is the reference; where that is the target, and the target is normal, the Hessian of the divergence
/// is the identity.
struct RelativeNormal: Sendable {
  let family: GaussianFamily
  let reference: MultivariateNormal

  var dimension: Int { reference.dimension }

  /// How many parameters there are.
  var count: Int {
    family == .full ? dimension * (dimension + 3) / 2 : 2 * dimension
  }

  private static let root = 0.5.squareRoot()

  /// The distribution that parameters stand for.
  ///
  /// - Throws: `InferenceError` where a number overflows.
  func normal(_ parameters: [Double]) throws(InferenceError) -> MultivariateNormal {
    let dimension = self.dimension
    let factor = relativeFactor(parameters)
    let shift = try reference.factorTimes(Array(parameters[..<dimension]), family)
    return try MultivariateNormal(
      mean: zip(reference.mean, shift).map { $0 + $1 },
      factor: family == .full
        ? tiledProduct(reference.factor, factor) : reference.factor.timesDiagonal(of: factor))
  }

  /// The factor C.
  func relativeFactor(_ parameters: [Double]) -> Matrix<Double> {
    let dimension = self.dimension
    var factor = Matrix<Double>(rows: dimension, columns: dimension)
    factor.withMutableElements { factor, stride in
      var next = 2 * dimension
      for row in 0..<dimension {
        factor[row * stride + row] = exp(Self.root * parameters[dimension + row])
        guard family == .full else { continue }
        for column in 0..<row {
          factor[row * stride + column] = parameters[next]
          next += 1
        }
      }
    }
    return factor
  }

  /// Whether a deviation is e⁵⁰ times the reference's, or the mean 1e30 of them away: no density with an integral leads
  /// there from its own mode.
  func isBeyondBounds(_ parameters: [Double]) -> Bool {
    parameters[..<dimension].contains { abs($0) > 1e30 }
      || parameters[dimension..<2 * dimension].contains { Self.root * $0 > 50 }
  }

  /// log det C = Σ dᵢ / √2.
  func logDeterminant(_ parameters: [Double]) -> Double {
    Self.root * parameters[dimension..<2 * dimension].reduce(0, +)
  }

  /// Turns derivatives with respect to x into those with respect to the parameters.
  ///
  /// - Parameters:
  ///   - slopes: the derivatives with respect to the draws x, draws × dimensions; their sum is taken.
  ///   - standard: the draws z.
  ///   - parameters: where.
  ///   - entropy: how much of -log det C is part of the function.
  ///   - gradient: is overwritten.
  func pullBack(
    _ slopes: Matrix<Double>, standard: Matrix<Double>, at parameters: [Double], entropy: Double,
    into gradient: inout [Double]
  ) throws(InferenceError) {
    let dimension = self.dimension
    let sums = slopes.columnSums()
    let byMean = try reference.factorTimes(sums, family, transpose: true)
    for index in 0..<dimension { gradient[index] = byMean[index] }
    func diagonal(_ index: Int, _ product: Double) -> Double {
      Self.root * (product * exp(Self.root * parameters[dimension + index]) - entropy)
    }
    guard family == .full else {
      let products = slopes.columnProducts(with: standard)
      for index in 0..<dimension {
        gradient[dimension + index] =
          diagonal(index, reference.factor[index, index] * products[index])
      }
      return
    }
    let byFactor = try algebra { () throws(LinearAlgebraError) in
      try BLAS.withOneThread { () throws(LinearAlgebraError) in
        let cross = try BLAS.gemm(slopes, standard, transposeFirst: true)
        return try BLAS.gemm(reference.factor, cross, transposeFirst: true)
      }
    }
    byFactor.withElements { byFactor, stride in
      var next = 2 * dimension
      for row in 0..<dimension {
        gradient[dimension + row] = diagonal(row, byFactor[row * stride + row])
        for column in 0..<row {
          gradient[next] = byFactor[row * stride + column]
          next += 1
        }
      }
    }
  }
}

extension MultivariateNormal {
  /// L v or Lᵀ v, where L is diagonal in a mean field.
  func factorTimes(
    _ vector: [Double], _ family: GaussianFamily, transpose: Bool = false
  ) throws(InferenceError) -> [Double] {
    guard family == .full else { return vector.indices.map { factor[$0, $0] * vector[$0] } }
    return try algebra { () throws(LinearAlgebraError) in
      try BLAS.withOneThread { () throws(LinearAlgebraError) in
        try BLAS.gemv(factor, vector, transpose: transpose)
      }
    }
  }
}

extension Matrix<Double> {

  /// The diagonal matrix of the products of two diagonals.
  func timesDiagonal(of other: Matrix) -> Matrix {
    var result = Matrix(rows: rows, columns: columns)
    for index in 0..<Swift.min(rows, columns) {
      result[index, index] = self[index, index] * other[index, index]
    }
    return result
  }
}
