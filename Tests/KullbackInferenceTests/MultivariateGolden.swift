import Foundation
import Kullback
import KullbackInference
import Testing

/// A pair of normals and what mpmath makes of it.
struct MultivariateGolden: Decodable, Sendable, CustomTestStringConvertible {
  /// Parameters of one of the kinds.
  struct Parameters: Decodable, Sendable {
    let mean: [Double]
    let covariance: [[Double]]?
    let factor: [[Double]]?
    let variances: [Double]?
    let diagonal: [Double]?
    let loadings: [[Double]]?

    /// The covariance with all its elements, where one of the first three gives it.
    var normal: MultivariateNormal? {
      get throws {
        if let covariance {
          return try MultivariateNormal(mean: mean, covariance: Matrix(covariance))
        }
        if let factor { return try MultivariateNormal(mean: mean, factor: Matrix(factor)) }
        guard let variances else { return nil }
        var covariance = Matrix<Double>(rows: mean.count, columns: mean.count)
        for (index, variance) in variances.enumerated() { covariance[index, index] = variance }
        return try MultivariateNormal(mean: mean, covariance: covariance)
      }
    }
  }

  let name: String
  let bound: Double
  let target: Parameters
  let model: Parameters
  let forward: Double
  let reverse: Double
  let entropy: Double
  let crossEntropy: Double

  var testDescription: String { name }

  private struct Table: Decodable {
    let cases: [MultivariateGolden]
  }

  /// The table; empty when it cannot be read, which a test of its length finds.
  static let all: [MultivariateGolden] = {
    guard
      let url = Bundle.module.url(
        forResource: "multivariate", withExtension: "json", subdirectory: "Golden"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode(Table.self, from: data)
    else { return [] }
    return table.cases
  }()
}

/// How far a value is from the right one, relative to it.
func relativeError(_ value: Double, _ exact: Double) -> Double {
  value == exact ? 0 : abs(value - exact) / abs(exact)
}
