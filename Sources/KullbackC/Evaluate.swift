public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_evaluate(
  _ target: UnsafePointer<kullback_set>?, _ model: UnsafePointer<kullback_set>?,
  _ measures: UnsafePointer<CChar>?, _ values: UnsafeMutablePointer<Double>?, _ rows: Int64,
  _ valueStride: Int64, _ rowStatus: UnsafeMutablePointer<UInt8>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let sets = [try unsafe GivenSet(target, "target"), try unsafe GivenSet(model, "model")]
    let list = try unsafe KullbackC.measures(measures)
    var results = try unsafe writable(
      UnsafeMutableRawPointer(values), Double.self, rows: list.count, columns: Int(rows),
      rowStride: Int(valueStride), apartFrom: sets, "values")
    let statuses = try unsafe Column(
      rowStatus, count: Int(rows), apartFrom: sets, "row_status")
    let reasons = try evaluate(
      target: sets[0].set, model: sets[1].set, measures: list, into: &results,
      threads: call.threads, progress: call.progress)
    statuses.write(reasons.codes)
  }
}

/// As the header says.
@c @implementation
public func kullback_entropy(
  _ set: UnsafePointer<kullback_set>?, _ values: UnsafeMutablePointer<Double>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe column(set, values, rowStatus, run) { set, call in
    let entropies = try evaluateEntropy(
      of: set, threads: call.threads, progress: call.progress)
    return (entropies.values, entropies.reasons)
  }
}

/// As the header says.
@c @implementation
public func kullback_log_sum_exp(
  _ set: UnsafePointer<kullback_set>?, _ values: UnsafeMutablePointer<Double>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe column(set, values, rowStatus, run) { set, call in
    let sums = try set.logNormalisers(threads: call.threads, progress: call.progress)
    return (sums.values, sums.reasons)
  }
}

/// A number of each row of a set.
private func column(
  _ set: UnsafePointer<kullback_set>?, _ values: UnsafeMutablePointer<Double>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?,
  _ body: (DistributionSet, Call) throws -> (values: [Double], reasons: RowReasons)
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(set, "set")
    let column = try unsafe Column(
      values, count: given.set.count, isOptional: false, apartFrom: [given], "values")
    let statuses = try unsafe Column(
      rowStatus, count: given.set.count, apartFrom: [given], "row_status")
    let found = try body(given.set, call)
    column.write(found.values)
    statuses.write(found.reasons.codes)
  }
}
