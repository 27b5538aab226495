import Kullback
import KullbackLinearAlgebra

/// The product of two large square matrices: what rates of products are held against.
func gemmWork<Scalar: LinearAlgebraScalar & BenchmarkElement>(_: Scalar.Type, order: Int) -> Work {
  algebraWork(Scalar.self, "gemm", order: order, operations: 2 * cube(order)) { data in
    let result = Box(Matrix<Scalar>(repeating: 0, rows: order, columns: order))
    return Prepared { threads in
      try BLAS.withThreads(threads) {
        try BLAS.gemm(data.general, data.general, into: &result.value)
      }
    } confirm: {
      for row in sampledRows(order) {
        var sum = 0.0
        var size = 0.0
        for k in 0..<order {
          let term = Double(data.general[row, k]) * Double(data.general[k, row])
          sum += term
          size += abs(term)
        }
        try check(
          Double(result.value[row, row]), sum, relative: 0,
          absolute: Double(Scalar.ulpOfOne) * 8 * size, "the product's diagonal at \(row)")
      }
    }
  }
}

/// The product of a matrix and its transpose.
func syrkWork<Scalar: LinearAlgebraScalar & BenchmarkElement>(_: Scalar.Type, order: Int) -> Work {
  algebraWork(Scalar.self, "syrk", order: order, operations: cube(order)) { data in
    let result = Box(Matrix<Scalar>(repeating: 0, rows: order, columns: order))
    return Prepared { threads in
      try BLAS.withThreads(threads) { try BLAS.syrk(data.general, into: &result.value) }
    } confirm: {
      for row in sampledRows(order) {
        var sum = 0.0
        for k in 0..<order { sum += Double(data.general[row, k]) * Double(data.general[row, k]) }
        try check(
          Double(result.value[row, row]), sum, relative: Double(Scalar.ulpOfOne) * 64,
          "the product's diagonal at \(row)")
      }
    }
  }
}

/// The Cholesky factorisation, with the copy that it overwrites inside the time; small ones many
/// times in a row.
func potrfWork<Scalar: LinearAlgebraScalar & BenchmarkElement>(
  _: Scalar.Type, order: Int, times: Int = 1
) -> Work {
  algebraWork(Scalar.self, "potrf", order: order, times: times, operations: cube(order) / 3) {
    data in
    let factor = Box(Matrix<Scalar>(repeating: 0, rows: order, columns: order))
    return Prepared { threads in
      try BLAS.withThreads(threads) {
        for _ in 0..<times { try LAPACK.potrf(data.definite, into: &factor.value) }
      }
    } confirm: {
      for row in sampledRows(order) {
        var sum = 0.0
        for k in 0...row { sum += Double(factor.value[row, k]) * Double(factor.value[row, k]) }
        try check(
          sum, Double(data.definite[row, row]), relative: Double(Scalar.ulpOfOne) * 64,
          "the diagonal at \(row) from its factor")
      }
    }
  }
}

/// A triangular solve with as many right sides as rows, the copy inside the time; small ones many
/// times in a row.
func trsmWork<Scalar: LinearAlgebraScalar & BenchmarkElement>(
  _: Scalar.Type, order: Int, times: Int = 1
) -> Work {
  algebraWork(Scalar.self, "trsm", order: order, times: times, operations: cube(order)) { data in
    let solution = Box(Matrix<Scalar>(repeating: 0, rows: order, columns: order))
    return Prepared { threads in
      try BLAS.withThreads(threads) {
        for _ in 0..<times {
          try BLAS.trsm(data.definite, data.general, into: &solution.value)
        }
      }
    } confirm: {
      for row in sampledRows(order) {
        var sum = 0.0
        for k in 0...row {
          sum += Double(data.definite[row, k]) * Double(solution.value[k, row])
        }
        try check(
          sum, Double(data.general[row, row]), relative: 0,
          absolute: Double(Scalar.ulpOfOne) * 256, "the right side at \(row)")
      }
    }
  }
}

private struct AlgebraData<Scalar: LinearAlgebraScalar> {
  /// Values in -1...1.
  let general: Matrix<Scalar>
  /// Symmetric, its diagonal larger than its row's sum.
  let definite: Matrix<Scalar>
}

private func algebraWork<Scalar: LinearAlgebraScalar & BenchmarkElement>(
  _: Scalar.Type, _ routine: String, order: Int, times: Int = 1, operations: Double,
  _ prepare: @escaping @Sendable (AlgebraData<Scalar>) -> Prepared
) -> Work {
  Work(
    name: routine, shape: "\(order) x \(order)" + (times > 1 ? ", \(times) times" : ""),
    type: Scalar.benchmarkName, amount: operations * Double(times),
    limit: .product(Scalar.self == Float.self ? .float32 : .float64)
  ) {
    let values = (0..<order * order).map { index in
      Scalar.made(of: Double(index * 7919 % 2003) / 1001.5 - 1)
    }
    var definite = Matrix<Scalar>(repeating: 0, rows: order, columns: order)
    for row in 0..<order {
      for column in 0...row {
        let value = row == column ? 1 : values[row * order + column] / Scalar(order)
        definite[row, column] = value
        definite[column, row] = value
      }
    }
    return prepare(
      AlgebraData(general: Matrix(values, rows: order, columns: order), definite: definite))
  }
}

private func cube(_ order: Int) -> Double { Double(order) * Double(order) * Double(order) }
