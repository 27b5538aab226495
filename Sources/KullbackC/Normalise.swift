public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_log_softmax(
  _ set: UnsafePointer<kullback_set>?, _ result: UnsafePointer<kullback_result>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe normalise(set, result, rowStatus, run, isLogarithmic: true)
}

/// As the header says.
@c @implementation
public func kullback_softmax(
  _ set: UnsafePointer<kullback_set>?, _ result: UnsafePointer<kullback_result>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe normalise(set, result, rowStatus, run, isLogarithmic: false)
}

private func normalise(
  _ set: UnsafePointer<kullback_set>?, _ result: UnsafePointer<kullback_result>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?,
  isLogarithmic: Bool
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(set, "set")
    let target = try unsafe GivenResult(result)
    let statuses = try unsafe Column(
      rowStatus, count: given.set.count, apartFrom: [given], "row_status")
    func write<Element: LogitElement>(_ type: Element.Type) throws -> RowReasons {
      var matrix = try target.matrix(type, apartFrom: [given])
      return isLogarithmic
        ? try given.set.logProbabilities(
          into: &matrix, threads: call.threads, progress: call.progress)
        : try given.set.probabilities(
          into: &matrix, threads: call.threads, progress: call.progress)
    }
    statuses.write(try withFloatingType(target.kind) { try write($0) }.codes)
  }
}

/// Calls a function with the type that a kind of floating element stands for.
func withFloatingType<Result>(
  _ kind: ElementKind, _ body: (any LogitElement.Type) throws -> Result
) throws -> Result {
  switch kind {
  case .float32: try body(Float.self)
  case .float64: try body(Double.self)
  case .float16: try body(Float16.self)
  case .bfloat16: try body(BFloat16.self)
  case .int32, .int64:
    throw Refusal("results are not whole numbers: result has \(kind.name) elements")
  }
}
