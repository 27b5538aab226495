public import KullbackMatrix

/// Eigenvalues and eigenvectors of a symmetric matrix: A = V diag(w) Vᵀ.
public struct SymmetricEigen<Scalar: LinearAlgebraScalar>: Sendable {
  /// The eigenvalues, ascending.
  public let values: [Scalar]
  /// The eigenvectors, orthonormal, the j-th column belonging to the j-th value.
  public let vectors: Matrix<Scalar>
}

extension LAPACK {
  /// The eigenvalues and eigenvectors of a symmetric matrix.
  ///
  /// - Shapes: n × n, of which `triangle` is read; n values and n × n vectors.
  /// - Complexity: about 9 n³ operations; one copy of the matrix and a workspace of 2 n².
  /// - Throws: `notSquare`, `notANumber`, `noConvergence`, `tooLarge` (already for n > 32,766, when
  ///   the workspace passes 32-bit integers).
  ///
  /// Source: LAPACK ?syevd, divide and conquer.
  public static func syevd<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) -> SymmetricEigen<Scalar> {
    var vectors = matrix
    var values: [Scalar] = []
    try syevd(inPlace: &vectors, values: &values, triangle: triangle)
    return SymmetricEigen(values: values, vectors: vectors)
  }

  /// The eigenvalues and eigenvectors of a symmetric matrix, the vectors in its place.
  ///
  /// - Shapes: n × n, of which `triangle` is read; afterwards it holds the vectors in its columns.
  ///   `values` becomes n long and ascending.
  /// - Complexity: about 9 n³ operations; a workspace of 2 n².
  /// - Throws: `notSquare`, `notANumber` and `tooLarge` with the matrix untouched; `noConvergence`
  ///   with it overwritten.
  ///
  /// Source: LAPACK ?syevd, divide and conquer.
  public static func syevd<Scalar: LinearAlgebraScalar>(
    inPlace matrix: inout Matrix<Scalar>, values: inout [Scalar], triangle: Triangle = .lower
  ) throws(LinearAlgebraError) {
    try solve(&matrix, &values, triangle, vectors: true)
    // LAPACK wrote the vectors as columns of a column-major matrix, which are rows here.
    let order = matrix.rows
    // SAFETY: the matrix is square.
    unsafe withMutableOperand(&matrix) { a, stride in
      unsafe Scalar.routines.transpose(order, a, Int(stride))
    }
  }

  /// The eigenvalues alone of a symmetric matrix, ascending.
  ///
  /// - Shapes: n × n, of which `triangle` is read; n values.
  /// - Complexity: about 4 n³ / 3 operations; one copy of the matrix.
  /// - Throws: `notSquare`, `notANumber`, `noConvergence`, `tooLarge`.
  ///
  /// Source: LAPACK ?syevd.
  public static func syevdValues<Scalar: LinearAlgebraScalar>(
    _ matrix: Matrix<Scalar>, triangle: Triangle = .lower
  ) throws(LinearAlgebraError) -> [Scalar] {
    var copy = matrix
    var values: [Scalar] = []
    try solve(&copy, &values, triangle, vectors: false)
    return values
  }

  private static func solve<Scalar: LinearAlgebraScalar>(
    _ matrix: inout Matrix<Scalar>, _ values: inout [Scalar], _ triangle: Triangle, vectors: Bool
  ) throws(LinearAlgebraError) {
    let order = try checkedOrder(of: matrix, "syevd")
    let n = Int(order)
    // The workspaces are computed, not asked for: the answer of the single-precision query comes in
    // a Float, which rounds it from 2²⁴ on. 64 is a generous block size of the reduction.
    let work = max(vectors ? 1 + 6 * n + 2 * n * n : 2 * n + 1, (2 + 64) * n)
    let workCount = try checkedSize(work, "syevd")
    let integerCount = try checkedSize(vectors ? 3 + 5 * n : 1, "syevd")
    try checkNumbers(in: matrix, triangle, "syevd")
    values = [Scalar](repeating: 0, count: n)
    guard n > 0 else { return }
    var workspace = [Scalar](repeating: 0, count: work)
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    // SAFETY: the matrix is of `order`, the arrays are as long as is said.
    let info = unsafe withMutableOperand(&matrix) { a, stride -> Int32 in
      unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe workspace.withUnsafeMutableBufferPointer { workspace in
          unsafe integers.withUnsafeMutableBufferPointer { integers in
            guard let values = values.baseAddress, let workspace = workspace.baseAddress,
              let integers = integers.baseAddress
            else { return 0 }
            return unsafe Scalar.routines.syevd(
              vectors, triangle, order, a, stride, values, workspace, workCount, integers,
              integerCount)
          }
        }
      }
    }
    guard info >= 0 else { throw .illegalArgument(routine: "syevd", position: Int(-info)) }
    guard info == 0 else { throw .noConvergence(count: Int(info)) }
  }
}
