import KernelWork

/// Times work beside its limit.
final class Bench {
  private let memory = MemoryLimits()
  private var productRates: [String: Double] = [:]

  func measure(_ work: Work, _ prepared: Prepared, threads: Int) throws -> Measurement {
    let before = try limit(of: work, threads: threads)
    let seconds = try leastSeconds { try prepared.run(threads) }
    try prepared.confirm()
    // The limit moves with the hour, and more on a shared machine: the better of the two counts.
    let after = try limit(of: work, threads: threads)
    return Measurement(
      work: work.name, shape: work.shape, type: work.type, threads: threads,
      milliseconds: seconds * 1e3, rate: work.amount / seconds * 1e-9, limit: work.limit.name,
      limitRate: max(before, after) * 1e-9)
  }

  private func limit(of work: Work, threads: Int) throws -> Double {
    guard case .product(let scalar) = work.limit else {
      return memory.rate(of: work.limit, bytes: Int(work.amount), threads: threads)
    }
    let key = "\(scalar) \(threads)"
    let rate = try productRates[key] ?? productRate(scalar, threads: threads)
    productRates[key] = rate
    return rate
  }
}
