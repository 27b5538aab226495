/// A point with value and gradient.
struct SearchPoint {
  var point: [Double]
  var value = Double.nan
  var gradient: [Double]

  init(at point: [Double]) {
    self.point = point
    gradient = [Double](repeating: 0, count: point.count)
  }

  /// The point a step along a direction.
  init(from start: SearchPoint, along direction: [Double], step: Double) {
    self.init(at: start.point)
    for index in point.indices { point[index] += step * direction[index] }
  }

  mutating func evaluate(
    _ objective: (_ point: [Double], _ gradient: inout [Double]) throws -> Double
  ) rethrows {
    value = try objective(point, &gradient)
  }

  var gradientNorm: Double { gradient.reduce(0) { max($0, abs($1)) } }

  var isFinite: Bool { value.isFinite && gradient.allSatisfy(\.isFinite) }
}
