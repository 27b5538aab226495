import Foundation
import Kullback
import KullbackInference

/// Divergences of pairs of normals with full covariances, from means and covariances.
///
/// A pair costs two Cholesky factorisations of n³ / 3 operations and a quotient of two triangles of as many.
func normalsWork(pairs: Int, dimension: Int) -> Work {
  let operations = pow(Double(dimension), 3) * Double(pairs)
  return Work(
    name: "KL of normals from covariances", shape: "\(pairs) pairs, \(dimension) dimensions",
    type: Double.benchmarkName, amount: operations, limit: .product(.float64)
  ) {
    let sides = (0..<2).map { normals(count: pairs, dimension: dimension, side: $0) }
    let latest = Box<NormalDivergences?>(nil)
    return Prepared { threads in
      let p = try MultivariateNormals(means: sides[0].means, covariances: sides[0].covariances)
      let q = try MultivariateNormals(means: sides[1].means, covariances: sides[1].covariances)
      latest.value = try forwardKL(target: p, model: q, threads: threads)
    } confirm: {
      guard let values = latest.value?.values else { return }
      for pair in Set([0, pairs / 2, pairs - 1]) {
        let two = try sides.map { side in
          try MultivariateNormal(
            mean: side.means.row(pair),
            covariance: side.covariances[rows: pair * dimension..<(pair + 1) * dimension])
        }
        try check(
          values[pair], two[0].crossEntropy(to: two[1]) - two[0].entropy, relative: 1e-10,
          "the divergence of pair \(pair)")
      }
    }
  }
}

/// Means, and covariances whose eigenvalues are near 1.
private func normals(
  count: Int, dimension: Int, side: Int
) -> (means: Matrix<Double>, covariances: Matrix<Double>) {
  var means = Matrix<Double>(rows: count, columns: dimension)
  means.withMutableElements { elements, stride in
    for row in 0..<count {
      for column in 0..<dimension {
        elements[row * stride + column] = sin(Double(row * 7 + column * 3 + side))
      }
    }
  }
  var covariances = Matrix<Double>(rows: count * dimension, columns: dimension)
  covariances.withMutableElements { elements, stride in
    for pair in 0..<count {
      for row in 0..<dimension {
        for column in 0...row {
          let value =
            row == column ? 1.5 : sin(Double(pair + row * column + side)) / Double(dimension)
          elements[(pair * dimension + row) * stride + column] = value
          elements[(pair * dimension + column) * stride + row] = value
        }
      }
    }
  }
  return (means, covariances)
}
