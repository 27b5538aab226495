internal import Kullback
internal import KullbackLinearAlgebra
public import KullbackMatrix

/// A mixture of normal distributions: Σ wₖ N(x | mₖ, Σₖ).
///
///     let two = try GaussianMixture(
///       weights: [0.3, 0.7],
///       components: [
///         MultivariateNormal(mean: [-2], covariance: Matrix([[1]])),
///         MultivariateNormal(mean: [2], covariance: Matrix([[0.25]])),
///       ])
///
/// It is a `Density`: normalised, with its gradient.
public struct GaussianMixture: Sendable, Equatable {
  /// The components' weights, which sum to 1.
  public let weights: [Double]
  /// The components, all of one dimension.
  public let components: [MultivariateNormal]

  /// How many dimensions it has.
  public var dimension: Int { components[0].dimension }

  /// The mixture of components with weights, which are divided by their sum.
  ///
  /// - Throws: `InferenceError.lengthMismatch` where there is not one weight for each component, there are no
  ///   components, or their dimensions differ or are 0; `.invalidParameter` for a weight that is negative or
  ///   not finite, or where all are 0.
  public init(
    weights: [Double], components: [MultivariateNormal]
  ) throws(InferenceError) {
    guard let first = components.first else {
      throw .lengthMismatch("components of the mixture", expected: 1, given: 0)
    }
    guard weights.count == components.count else {
      throw .lengthMismatch(
        "weights of the mixture", expected: components.count, given: weights.count)
    }
    guard first.dimension > 0 else {
      throw .lengthMismatch("dimensions of the mixture", expected: 1, given: 0)
    }
    for component in components where component.dimension != first.dimension {
      throw .lengthMismatch(
        "dimensions of a component", expected: first.dimension, given: component.dimension)
    }
    for weight in weights where !(weight >= 0 && weight.isFinite) {
      throw .invalidParameter("weight", weight, mustBe: "0 or above and finite")
    }
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite else {
      throw .invalidParameter("sum of the weights", sum, mustBe: "above 0 and finite")
    }
    self.weights = weights.map { $0 / sum }
    self.components = components
  }

  /// The mixture's mean, Σ wₖ mₖ.
  public var mean: [Double] {
    var mean = [Double](repeating: 0, count: dimension)
    for (weight, component) in zip(weights, components) {
      for index in mean.indices { mean[index] += weight * component.mean[index] }
    }
    return mean
  }

  /// The mixture's covariance, Σ wₖ (Σₖ + (mₖ - m)(mₖ - m)ᵀ), both triangles.
  public var covariance: Matrix<Double> {
    get throws {
      let mean = mean
      var factors = Matrix<Double>(rows: components.count * (dimension + 1), columns: dimension)
      // Rows √w Lᵀ and √w (m - mean): one product of all with itself is the sum.
      factors.withMutableElements { rows, stride in
        var row = 0
        for (weight, component) in zip(weights, components) {
          let root = weight.squareRoot()
          component.factor.withElements { factor, factorStride in
            for line in 0..<mean.count {
              for column in line..<mean.count {
                rows[row * stride + column] = root * factor[column * factorStride + line]
              }
              row += 1
            }
          }
          for column in mean.indices {
            rows[row * stride + column] = root * (component.mean[column] - mean[column])
          }
          row += 1
        }
      }
      return try BLAS.syrk(factors, transpose: true)
    }
  }

  /// Independent draws, the same for the same seed on every machine.
  ///
  /// - Shapes: the result is count × dimension.
  /// - Complexity: n² operations a draw.
  /// - Throws: `InferenceError.linearAlgebra` where they are too many for a product.
  public func draws(_ count: Int, seed: UInt64) throws -> Matrix<Double> {
    precondition(count >= 0, "a negative number of draws")
    var generator = SplitMix(seed: seed)
    var rows = [[Int]](repeating: [], count: components.count)
    for row in 0..<count {
      // Rounding may leave the last sum below 1: the last component with a weight takes what is over.
      var (left, chosen) = (generator.uniform(), 0)
      for (component, weight) in weights.enumerated() where weight > 0 {
        chosen = component
        left -= weight
        if left < 0 { break }
      }
      rows[chosen].append(row)
    }
    var result = Matrix<Double>(rows: count, columns: dimension)
    for (component, rows) in zip(components, rows) where !rows.isEmpty {
      let deviates = (0..<rows.count * dimension).map { _ in generator.normal() }
      let offsets = try BLAS.gemm(
        Matrix(deviates, rows: rows.count, columns: dimension), component.factor,
        transposeSecond: true)
      offsets.withElements { offsets, stride in
        result.withMutableElements { result, resultStride in
          for (index, row) in rows.enumerated() {
            for column in component.mean.indices {
              result[row * resultStride + column] =
                component.mean[column] + offsets[index * stride + column]
            }
          }
        }
      }
    }
    return result
  }
}
