public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_cross_entropy(
  _ labels: UnsafePointer<kullback_labels>?, _ model: UnsafePointer<kullback_set>?,
  _ values: UnsafeMutablePointer<Double>?, _ weights: UnsafeMutablePointer<Double>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(model, "model")
    let list = try unsafe GivenLabels(labels)
    let rows = given.set.count
    let column = try unsafe Column(
      values, count: rows, isOptional: false, apartFrom: [given], "values")
    let others = try unsafe Column(weights, count: rows, apartFrom: [given], "weights")
    let statuses = try unsafe Column(rowStatus, count: rows, apartFrom: [given], "row_status")
    let found = try evaluate(
      labels: list.labels, model: given.set, smoothing: list.smoothing, ignoring: list.ignored,
      classWeights: list.classWeights, threads: call.threads, progress: call.progress)
    column.write(found.values)
    others.write(found.weights)
    statuses.write(found.reasons.codes)
  }
}
