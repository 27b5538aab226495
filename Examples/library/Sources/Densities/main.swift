import KullbackInference

// log p(x) = -x₀² / 2 - (x₁ - x₀)² up to a constant, and its gradient, many points at a time.
let density = ClosureDensity(dimension: 2) { points, gradients in
  (0..<points.rows).map { row in
    let (first, apart) = (points[row, 0], points[row, 1] - points[row, 0])
    gradients[row, 0] = -first + 2 * apart
    gradients[row, 1] = -2 * apart
    return -first * first / 2 - apart * apart
  }
}
print(try checkGradient(of: density, at: Matrix([[0.3, -0.2], [1, 2]])))
print(try fitGaussian(to: density).gaussian)
