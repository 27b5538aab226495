internal import Kullback
internal import KullbackLinearAlgebra

/// The inverse of what stands for a softmax regression's Hessian.
struct SoftmaxPreconditioner: Sendable {
  /// One inverse for all classes, or one for each.
  private let inverses: [Matrix<Double>]
  private let classes: Int

  /// Replaces a vector of parameters by the inverse times it.
  func apply(_ vector: inout [Double]) throws(InferenceError) {
    let order = inverses[0].rows
    do {
      if inverses.count == 1 {
        let product = try BLAS.gemm(
          inverses[0], Matrix(vector, rows: order, columns: classes))
        vector = product.values
      } else {
        for (k, inverse) in inverses.enumerated() {
          let column = (0..<order).map { vector[$0 * classes + k] }
          let product = try BLAS.gemv(inverse, column)
          for (row, value) in product.enumerated() { vector[row * classes + k] = value }
        }
      }
    } catch {
      throw InferenceError(error)
    }
  }

  init(_ inverses: [Matrix<Double>], classes: Int) {
    self.inverses = inverses
    self.classes = classes
  }
}
