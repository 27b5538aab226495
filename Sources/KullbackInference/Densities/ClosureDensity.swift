public import KullbackMatrix

/// A density that a closure evaluates, for a batch of points at once.
///
///     let density = ClosureDensity(dimension: 1) { points, gradients in
///       (0..<points.rows).map { row in
///         gradients[row, 0] = -points[row, 0]
///         return -points[row, 0] * points[row, 0] / 2
///       }
///     }
///
/// `checkGradient(of:at:step:)` says whether the gradient is the log density's.
public struct ClosureDensity: Density {
  /// How many dimensions the points have.
  public let dimension: Int
  private let body:
    @Sendable (_ points: Matrix<Double>, _ gradients: inout Matrix<Double>) throws -> [Double]

  /// A density on ℝⁿ.
  ///
  /// - Parameters:
  ///   - dimension: n.
  ///   - body: returns the log density of each row of `points`, up to one constant for all, and writes its
  ///     gradient to the same row of `gradients`. It may be called by several threads at once.
  public init(
    dimension: Int,
    _ body:
      @escaping @Sendable (
        _ points: Matrix<Double>, _ gradients: inout Matrix<Double>
      ) throws -> [Double]
  ) {
    self.dimension = dimension
    self.body = body
  }

  /// What the closure says of each point.
  ///
  /// - Throws: `InferenceError.lengthMismatch`, also where the closure gives another number of values than
  ///   there are points; what the closure throws.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try check(points, gradients)
    let values = try body(points, &gradients)
    try check(points, gradients)
    guard values.count == points.rows else {
      throw InferenceError.lengthMismatch(
        "log densities", expected: points.rows, given: values.count)
    }
    return values
  }
}
