#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// log(1 + exp x), which neither overflows nor loses its digits for x far below 0.
func softplus(_ x: Double) -> Double {
  max(x, 0) + log1p(exp(-abs(x)))
}

/// 1 / (1 + exp(-x)), the derivative of `softplus`.
func logistic(_ x: Double) -> Double {
  let small = exp(-abs(x))
  return (x >= 0 ? 1 : small) / (1 + small)
}
