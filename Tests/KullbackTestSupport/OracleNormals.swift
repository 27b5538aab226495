internal import CLibm

/// Normals in several dimensions by plain loops.
public enum OracleNormals {
  /// What two normals are compared by, from plain Cholesky factors; nil where a covariance has none.
  public static func pair(
    targetMean: [Double], target: [[Double]], modelMean: [Double], model: [[Double]]
  ) -> (spread: Double, distance: Double)? {
    guard let p = choleskyFactor(target), let q = choleskyFactor(model) else { return nil }
    let n = target.count
    var spread = -Double(n)
    for column in 0..<n {
      let quotient = solved(q, p.map { $0[column] })
      spread += quotient.reduce(0) { $0 + $1 * $1 }
      spread -= 2 * (log(p[column][column]) - log(q[column][column]))
    }
    let shift = solved(q, zip(targetMean, modelMean).map { $0 - $1 })
    return (spread, shift.reduce(0) { $0 + $1 * $1 })
  }

  private static func choleskyFactor(_ matrix: [[Double]]) -> [[Double]]? {
    let n = matrix.count
    var factor = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for row in 0..<n {
      for column in 0...row {
        var rest = matrix[row][column]
        for k in 0..<column { rest -= factor[row][k] * factor[column][k] }
        if row == column {
          guard rest > 0 else { return nil }
          factor[row][row] = rest.squareRoot()
        } else {
          factor[row][column] = rest / factor[column][column]
        }
      }
    }
    return factor
  }

  /// The solution of L x = b.
  private static func solved(_ factor: [[Double]], _ right: [Double]) -> [Double] {
    var result = right
    for row in result.indices {
      for k in 0..<row { result[row] -= factor[row][k] * result[k] }
      result[row] /= factor[row][row]
    }
    return result
  }
}
