internal import KullbackMatrix

extension Density {
  /// Checks that points, and the room for their gradients, have this density's dimension.
  func check(
    _ points: Matrix<Double>, _ gradients: Matrix<Double>? = nil
  ) throws(InferenceError) {
    guard points.columns == dimension else {
      throw .lengthMismatch(
        "columns of the points", expected: dimension, given: points.columns)
    }
    guard let gradients else { return }
    guard gradients.columns == dimension else {
      throw .lengthMismatch(
        "columns of the gradients", expected: dimension, given: gradients.columns)
    }
    guard gradients.rows == points.rows else {
      throw .lengthMismatch("rows of the gradients", expected: points.rows, given: gradients.rows)
    }
  }

  /// Calls `body` for every point: it returns the log density and writes the gradient, which starts at 0.
  func eachPoint(
    of points: Matrix<Double>, gradients: inout Matrix<Double>,
    _ body: (_ point: [Double], _ gradient: inout [Double]) throws -> Double
  ) throws -> [Double] {
    try check(points, gradients)
    let (count, dimension) = (points.rows, self.dimension)
    var values = [Double](repeating: 0, count: count)
    var point = [Double](repeating: 0, count: dimension)
    var gradient = point
    try points.withElements { from, stride in
      try gradients.withMutableElements { to, toStride in
        for row in 0..<count {
          for column in 0..<dimension {
            point[column] = from[row * stride + column]
            gradient[column] = 0
          }
          values[row] = try body(point, &gradient)
          for column in 0..<dimension { to[row * toStride + column] = gradient[column] }
        }
      }
    }
    return values
  }
}
