public import KullbackLinearAlgebra

/// What is wrong with the data or options of a fit, or with a distribution's parameters.
public enum InferenceError: Error, Sendable, Equatable {
  /// Two things that have to agree in length do not.
  case lengthMismatch(String, expected: Int, given: Int)
  /// A parameter outside what it may be.
  case invalidParameter(String, Double, mustBe: String)
  /// A matrix that is no covariance: the leading minor of this order is not positive.
  case notPositiveDefinite(order: Int)
  /// The objective, or its gradient, is not a finite number where the search starts.
  case notFiniteAtStart
  /// What BLAS or LAPACK refuses.
  case linearAlgebra(LinearAlgebraError)

  /// The same error in this module's words.
  init(_ error: LinearAlgebraError) {
    if case .notPositiveDefinite(let order) = error {
      self = .notPositiveDefinite(order: order)
    } else {
      self = .linearAlgebra(error)
    }
  }
}

extension InferenceError: CustomStringConvertible {
  /// A sentence that says what is wrong and, where it helps, what would be right.
  public var description: String {
    switch self {
    case .lengthMismatch(let what, let expected, let given):
      "\(what): there are \(given) where \(expected) are needed"
    case .invalidParameter(let name, let value, let need): "\(name) \(value) must be \(need)"
    case .notPositiveDefinite(let order):
      "the matrix is no covariance: its leading minor of order \(order) is not positive"
    case .notFiniteAtStart:
      "the objective or its gradient is not a finite number where the search starts"
    case .linearAlgebra(let error): "\(error)"
    }
  }
}
