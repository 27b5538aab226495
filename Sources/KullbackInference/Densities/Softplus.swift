internal import CLibm

/// log(1 + exp x), which neither overflows nor loses its digits for x far below 0.
func softplus(_ x: Double) -> Double {
  max(x, 0) + log1p(exp(-abs(x)))
}

/// x exp(t), also where the exponential leaves the range of numbers and the product does not; 0 for x = 0.
func product(_ x: Double, exp t: Double) -> Double {
  let factor = exp(t)
  if x == 0 || factor.isNormal { return x == 0 ? 0 : x * factor }
  let size = exp(log(abs(x)) + t)
  return x < 0 ? -size : size
}

/// 1 / (1 + exp(-x)), the derivative of `softplus`.
func logistic(_ x: Double) -> Double {
  let small = exp(-abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}
