public import CKullback
internal import Kullback
internal import Synchronization

/// A summary that several threads may add to.
private final class HeldSummary: Sendable {
  let summary: Mutex<Summary>

  init(_ summary: Summary) {
    self.summary = Mutex(summary)
  }
}

/// The summaries that callers have, by their numbers: an address that is none would end the process, a number that is
/// none is refused.
private enum Summaries {
  private struct State {
    var last: kullback_summary = 0
    var held: [kullback_summary: HeldSummary] = [:]
  }

  private static let state = Mutex(State())

  static func keep(_ summary: Summary) -> kullback_summary {
    state.withLock { state in
      state.last += 1
      state.held[state.last] = HeldSummary(summary)
      return state.last
    }
  }

  static func find(_ number: kullback_summary) throws -> HeldSummary {
    guard let found = state.withLock({ $0.held[number] }) else {
      throw Refusal("\(number) is no summary, or one that was given back")
    }
    return found
  }

  static func remove(_ number: kullback_summary) -> Bool {
    state.withLock { $0.held.removeValue(forKey: number) } != nil
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_new(
  _ exactLimit: Int64, _ summary: UnsafeMutablePointer<kullback_summary>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let number = try unsafe Column(summary, count: 1, isOptional: false, "summary")
    let limit = exactLimit < 0 ? Summary.defaultExactLimit : Int(exactLimit)
    number.write([Summaries.keep(Summary(exactLimit: limit))])
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_add(
  _ summary: kullback_summary, _ values: UnsafePointer<Double>?, _ count: Int64, _ stride: Int64,
  _ firstRow: Int64, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let held = try Summaries.find(summary)
    guard (0...1 << 48).contains(firstRow) else {
      throw Refusal("\(firstRow) is no number of a first row: 0 to 2^48")
    }
    let numbers = try unsafe column(values, count: count, stride: stride, "values")
    held.summary.withLock { $0.add(numbers, firstRow: Int(firstRow)) }
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_merge(
  _ summary: kullback_summary, _ other: kullback_summary, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let held = try Summaries.find(summary)
    // Read before the other lock is taken: both may be the same.
    let more = try Summaries.find(other).summary.withLock { $0 }
    held.summary.withLock { $0 = $0 + more }
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_encode(
  _ summary: kullback_summary, _ bytes: UnsafeMutablePointer<UInt8>?, _ size: UInt64,
  _ needed: UnsafeMutablePointer<UInt64>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let count = try unsafe Column(needed, count: 1, "needed")
    let encoded = try Summaries.find(summary).summary.withLock { $0 }.bytes
    count.write([UInt64(encoded.count)])
    guard UInt64(encoded.count) <= size else { throw NoRoom() }
    try unsafe Column(bytes, count: encoded.count, isOptional: false, "bytes").write(encoded)
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_decode(
  _ bytes: UnsafePointer<UInt8>?, _ size: UInt64,
  _ summary: UnsafeMutablePointer<kullback_summary>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let number = try unsafe Column(summary, count: 1, isOptional: false, "summary")
    let all = try unsafe given(bytes, size, "bytes")
    number.write([Summaries.keep(try Summary(bytes: all))])
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_read(
  _ summary: kullback_summary, _ values: UnsafeMutablePointer<kullback_summary_values>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    var found = try unsafe structure(UnsafePointer(values), "values", \.size)
    let summary = try Summaries.find(summary).summary.withLock { $0 }
    found.quantiles_are_exact = summary.quantilesAreExact ? 1 : 0
    found.count = Int64(summary.count)
    found.invalid = Int64(summary.invalid)
    found.infinite = Int64(summary.infinite)
    found.max_row = Int64(summary.maxRow ?? -1)
    (found.mean, found.variance) = (summary.mean, summary.variance)
    found.standard_error = summary.standardError
    (found.min, found.max) = (summary.min, summary.max)
    try unsafe Column(values, count: 1, "values").write([found])
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_quantiles(
  _ summary: kullback_summary, _ probabilities: UnsafePointer<Double>?, _ count: Int64,
  _ values: UnsafeMutablePointer<Double>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let places = try unsafe column(probabilities, count: count, stride: 1, "probabilities")
    guard places.allSatisfy({ (0...1).contains($0) }) else {
      throw Refusal("a probability of a quantile is not from 0 to 1")
    }
    let column = try unsafe Column(values, count: places.count, isOptional: false, "values")
    column.write(try Summaries.find(summary).summary.withLock { $0 }.quantiles(at: places))
  }
}

/// As the header says.
@c @implementation
public func kullback_summary_free(_ summary: kullback_summary) -> kullback_status {
  Summaries.remove(summary) ? KULLBACK_OK : KULLBACK_INVALID
}
