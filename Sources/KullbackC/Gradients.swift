public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_gradient(
  _ measure: UnsafePointer<CChar>?, _ target: UnsafePointer<kullback_set>?,
  _ model: UnsafePointer<kullback_set>?, _ gradient: UnsafePointer<kullback_result>?,
  _ values: UnsafeMutablePointer<Double>?, _ rowStatus: UnsafeMutablePointer<UInt8>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let sets = [try unsafe GivenSet(target, "target"), try unsafe GivenSet(model, "model")]
    let result = try unsafe GivenResult(gradient, "gradient")
    let named = try unsafe KullbackC.measure(measure)
    let rows = max(sets[0].set.count, sets[1].set.count)
    let column = try unsafe Column(values, count: rows, apartFrom: sets, "values")
    let statuses = try unsafe Column(rowStatus, count: rows, apartFrom: sets, "row_status")
    func write<Element: LogitElement>(_ type: Element.Type) throws -> RowValues {
      var matrix = try result.matrix(type, apartFrom: sets)
      return try Kullback.gradient(
        of: named, target: sets[0].set, model: sets[1].set, into: &matrix, threads: call.threads,
        progress: call.progress)
    }
    let found = try withFloatingType(result.kind) { try write($0) }
    column.write(found.values)
    statuses.write(found.reasons.codes)
  }
}
