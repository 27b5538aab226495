internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// Sums of products of rows with themselves: a lower triangle, or a diagonal alone.
struct Scatter: Sendable {
  private(set) var sums: Matrix<Double>
  private let family: GaussianFamily

  init(dimension: Int, family: GaussianFamily) {
    sums = Matrix(rows: dimension, columns: dimension)
    self.family = family
  }

  /// Adds other sums of the same shape.
  mutating func add(_ other: Scatter) { addMatrix(other.sums, to: &sums) }

  /// Adds a multiple of a diagonal.
  mutating func add(diagonal: [Double], times factor: Double) {
    for (index, value) in diagonal.enumerated() { sums[index, index] += factor * value }
  }

  /// Adds Σ x xᵀ over some rows.
  mutating func add(_ rows: Matrix<Double>) throws(LinearAlgebraError) {
    switch family {
    case .full: try BLAS.syrk(rows, transpose: true, alpha: 1, beta: 1, into: &sums)
    case .meanField:
      let (count, dimension) = (rows.rows, rows.columns)
      rows.withElements { rows, stride in
        sums.withMutableElements { sums, sumStride in
          for row in 0..<count {
            for column in 0..<dimension {
              let value = rows[row * stride + column]
              sums[column * sumStride + column] += value * value
            }
          }
        }
      }
    }
  }
}
