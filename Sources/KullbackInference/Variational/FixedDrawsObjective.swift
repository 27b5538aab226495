internal import KullbackMatrix

/// H(q,p) - H(q) as a function of a normal distribution's parameters, the expectation taken over fixed draws.
struct FixedDrawsObjective<Target: Density> {
  let target: Target
  let relative: RelativeNormal
  let standard: Matrix<Double>

  /// The value, and the gradient with respect to the parameters.
  ///
  /// Not a number where the distribution leaves the range of numbers; +inf where a draw has density 0.
  func evaluate(_ parameters: [Double], _ gradient: inout [Double]) throws -> Double {
    guard let normal = try? relative.normal(parameters) else { return .nan }
    let count = Double(standard.rows)
    var (values, slopes) = try target.logDensitiesAndGradients(
      at: normal.draws(fromStandard: standard))
    slopes.scale(by: -1 / count)
    try relative.pullBack(
      slopes, standard: standard, at: parameters, entropy: 1, into: &gradient)
    values = values.map { $0 / count }
    return -values.reduce(0, +) - relative.logDeterminant(parameters)
      - relative.reference.entropy
  }
}

extension Density {
  /// The log densities and gradients of points, in as many values as there are points.
  func logDensitiesAndGradients(
    at points: Matrix<Double>
  ) throws -> ([Double], Matrix<Double>) {
    var gradients = Matrix<Double>(rows: points.rows, columns: dimension)
    let values = try logDensities(at: points, gradients: &gradients)
    try check(points, gradients)
    try checkCount(values, points)
    return (values, gradients)
  }

  /// Refuses another number of values than there are points, and log densities that are NaN or +inf.
  func checkDensities(_ values: [Double], _ points: Matrix<Double>) throws(InferenceError) {
    try checkCount(values, points)
    for (row, value) in values.enumerated() where !(value < .infinity) {
      throw .invalidDensity(value, at: points.row(row))
    }
  }

  /// Refuses another number of values than there are points.
  func checkCount(_ values: [Double], _ points: Matrix<Double>) throws(InferenceError) {
    guard values.count == points.rows else {
      throw .lengthMismatch("log densities", expected: points.rows, given: values.count)
    }
  }
}
