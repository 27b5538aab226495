/// The least seconds of several runs, the first of which is not counted.
public func leastSeconds(
  budget: Double = 0.4, runs: ClosedRange<Int> = 3...200, _ body: () throws -> Void
) rethrows -> Double {
  try body()
  let clock = ContinuousClock()
  let start = clock.now
  var least = Double.infinity
  var count = 0
  while count < runs.lowerBound
    || (count < runs.upperBound && (clock.now - start).seconds < budget)
  {
    let duration = try clock.measure(body)
    least = min(least, duration.seconds)
    count += 1
  }
  return least
}

extension Duration {
  /// In seconds.
  public var seconds: Double {
    Double(components.seconds) + 1e-18 * Double(components.attoseconds)
  }
}
