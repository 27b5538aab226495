import Kullback
import KullbackLinearAlgebra

/// The rate of gemm on large square matrices, in operations a second.
public func productRate(_ scalar: Limit.Scalar, threads: Int, order: Int = 2048) throws -> Double {
  let work =
    switch scalar {
    case .float32: gemmWork(Float.self, order: order)
    case .float64: gemmWork(Double.self, order: order)
    }
  let prepared = try work.prepare()
  let seconds = try leastSeconds(budget: 0.3) { try prepared.run(threads) }
  try prepared.confirm()
  return work.amount / seconds
}
