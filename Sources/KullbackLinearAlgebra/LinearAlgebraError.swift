/// What a product, a factorisation or a solve refuses or cannot finish.
///
/// Nothing here traps: all of it can be caused by data.
public enum LinearAlgebraError: Error, Equatable, Sendable {
  /// Two operands do not fit together. Shapes are those of the operands as passed, before transposing.
  case shapeMismatch(routine: String, first: OperandShape, second: OperandShape)
  /// The routine wants as many rows as columns.
  case notSquare(routine: String, OperandShape)
  /// A dimension, a stride or a workspace passes 2³¹ - 1, the most a 32-bit BLAS can address,
  /// or the result's size passes what an `Int` holds.
  case tooLarge(routine: String, size: Int)
  /// The triangle that the routine reads holds a NaN, the first of them here.
  case notANumber(routine: String, row: Int, column: Int)
  /// The leading minor of this order (counted from 1) is not positive.
  case notPositiveDefinite(order: Int)
  /// The triangular factor has a zero at this place of its diagonal (counted from 0).
  case singular(index: Int)
  /// The eigenvalue iteration left this many off-diagonal elements that did not become zero.
  case noConvergence(count: Int)
  /// There is no room for so many bytes of OpenBLAS's buffers.
  case outOfMemory(bytes: Int)
  /// LAPACK found its argument at this position (counted from 1) illegal.
  case illegalArgument(routine: String, position: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
  /// One line that names the routine, the shapes or the place.
  public var description: String {
    switch self {
    case .shapeMismatch(let routine, let first, let second):
      "\(routine): operands of \(first) and \(second) do not fit together"
    case .notSquare(let routine, let shape):
      "\(routine): the matrix must be square and is \(shape)"
    case .tooLarge(let routine, let size):
      "\(routine): \(size) is more than a 32-bit BLAS can address"
    case .notANumber(let routine, let row, let column):
      "\(routine): the matrix holds a NaN at row \(row), column \(column)"
    case .notPositiveDefinite(let order):
      "the matrix is not positive definite: its leading minor of order \(order) is not positive"
    case .singular(let index):
      "the triangular factor is singular: its diagonal is zero at \(index)"
    case .noConvergence(let count):
      "the eigenvalue iteration did not converge: \(count) off-diagonal elements are not zero"
    case .outOfMemory(let bytes):
      "products of matrices need \(bytes >> 20) MiB of address space for OpenBLAS's buffers, and they cannot"
        + " be had"
    case .illegalArgument(let routine, let position):
      "\(routine): argument \(position) is illegal"
    }
  }
}
