internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// The product A op(B) of a tall matrix and a small one, in tiles of rows that threads share.
///
/// The tiles are the same whatever the number of threads, and so are the result's bits: OpenBLAS's own threads
/// divide a product by their number.
func tiledProduct(
  _ tall: Matrix<Double>, _ small: Matrix<Double>, transposeSecond: Bool = false,
  threads: Int = FitThreads.count
) throws(InferenceError) -> Matrix<Double> {
  let step = 256
  let count = (tall.rows + step - 1) / step
  let columns = transposeSecond ? small.rows : small.columns
  guard count > 1 else {
    return try algebra { () throws(LinearAlgebraError) in
      try BLAS.withOneThread { () throws(LinearAlgebraError) in
        try BLAS.gemm(tall, small, transposeSecond: transposeSecond)
      }
    }
  }
  let parts = BLAS.withOneThread {
    inOrder(count, threads: threads) { tile -> Result<Matrix<Double>, LinearAlgebraError> in
      Result { () throws(LinearAlgebraError) in
        try BLAS.gemm(
          tall[rows: tile * step..<min(tall.rows, (tile + 1) * step)], small,
          transposeSecond: transposeSecond)
      }
    }
  }
  var result = Matrix<Double>(rows: tall.rows, columns: columns)
  for (tile, part) in parts.enumerated() {
    let part = try algebra { () throws(LinearAlgebraError) in try part.get() }
    copyRows(of: part, to: &result, at: tile * step)
  }
  return result
}
