public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_pairwise(
  _ measure: UnsafePointer<CChar>?, _ targets: UnsafePointer<kullback_set>?,
  _ models: UnsafePointer<kullback_set>?, _ result: UnsafePointer<kullback_result>?,
  _ targetStatus: UnsafeMutablePointer<UInt8>?, _ modelStatus: UnsafeMutablePointer<UInt8>?,
  _ counts: UnsafeMutablePointer<Int64>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let pair = try unsafe GivenPair(targets, models, ("targets", "models"))
    let named = try unsafe KullbackC.measure(measure)
    let given = try unsafe GivenResult(result)
    let statuses = try unsafe pair.statuses(
      targetStatus, modelStatus, ("target_status", "model_status"))
    let numbers = try unsafe Column(counts, count: 2, apartFrom: pair.sets, "counts")
    func write<Element: PairwiseElement>(_ type: Element.Type) throws -> PairwiseReport {
      var matrix = try given.matrix(type, apartFrom: pair.sets)
      guard let others = pair.second else {
        return try pairwise(
          named, of: pair.first, into: &matrix, threads: call.threads,
          workingMemory: call.workingMemory, progress: call.progress)
      }
      return try pairwise(
        named, targets: pair.first, models: others, into: &matrix, threads: call.threads,
        workingMemory: call.workingMemory, progress: call.progress)
    }
    let report: PairwiseReport
    switch given.kind {
    case .float32: report = try write(Float.self)
    case .float64: report = try write(Double.self)
    default:
      throw Refusal("all pairs are float32 or float64: result has \(given.kind.name) elements")
    }
    statuses.write(report)
    numbers.write([Int64(report.computed), Int64(report.refined)])
  }
}

/// As the header says.
@c @implementation
public func kullback_nearest(
  _ measure: UnsafePointer<CChar>?, _ queries: UnsafePointer<kullback_set>?,
  _ set: UnsafePointer<kullback_set>?, _ count: Int64, _ excludesSameRow: Int32,
  _ rows: UnsafeMutablePointer<Int64>?, _ values: UnsafeMutablePointer<Double>?,
  _ queryStatus: UnsafeMutablePointer<UInt8>?, _ setStatus: UnsafeMutablePointer<UInt8>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let pair = try unsafe GivenPair(queries, set, ("queries", "set"))
    let named = try unsafe KullbackC.measure(measure)
    let statuses = try unsafe pair.statuses(
      queryStatus, setStatus, ("query_status", "set_status"))
    let (room, isTooLarge) = pair.first.count.multipliedReportingOverflow(by: Int(count))
    guard !isTooLarge, count > 0 else { throw KullbackError.invalidNeighbours(Double(count)) }
    let numbers = try unsafe Column(
      rows, count: room, isOptional: false, apartFrom: pair.sets, "rows")
    let distances = try unsafe Column(values, count: room, apartFrom: pair.sets, "values")
    let found = try (pair.second ?? pair.first).nearest(
      Int(count), to: pair.first, by: named, excludesSameRow: excludesSameRow != 0,
      threads: call.threads, workingMemory: call.workingMemory, progress: call.progress)
    var (places, distance) = ([Int64](), [Double]())
    for query in 0..<found.queries {
      let some = found[query]
      let missing = Int(count) - some.count
      places += some.map { Int64($0.row) } + [Int64](repeating: -1, count: missing)
      distance += some.map(\.value) + [Double](repeating: .nan, count: missing)
    }
    numbers.write(places)
    distances.write(distance)
    statuses.write(found.report)
  }
}

/// As the header says.
@c @implementation
public func kullback_within(
  _ measure: UnsafePointer<CChar>?, _ queries: UnsafePointer<kullback_set>?,
  _ set: UnsafePointer<kullback_set>?, _ radius: Double, _ excludesSameRow: Int32,
  _ offsets: UnsafeMutablePointer<Int64>?, _ rows: UnsafeMutablePointer<Int64>?,
  _ values: UnsafeMutablePointer<Double>?, _ room: Int64,
  _ queryStatus: UnsafeMutablePointer<UInt8>?, _ setStatus: UnsafeMutablePointer<UInt8>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let pair = try unsafe GivenPair(queries, set, ("queries", "set"))
    let named = try unsafe KullbackC.measure(measure)
    let statuses = try unsafe pair.statuses(
      queryStatus, setStatus, ("query_status", "set_status"))
    let firsts = try unsafe Column(
      offsets, count: pair.first.count + 1, isOptional: false, apartFrom: pair.sets, "offsets")
    let numbers = try unsafe Column(rows, count: Int(room), apartFrom: pair.sets, "rows")
    let distances = try unsafe Column(values, count: Int(room), apartFrom: pair.sets, "values")
    let found = try (pair.second ?? pair.first).neighbours(
      within: radius, of: pair.first, by: named, excludesSameRow: excludesSameRow != 0,
      threads: call.threads, workingMemory: call.workingMemory, progress: call.progress)
    var ends: [Int64] = [0]
    for query in 0..<found.queries { ends.append((ends.last ?? 0) + Int64(found[query].count)) }
    firsts.write(ends)
    statuses.write(found.report)
    guard (ends.last ?? 0) <= room else { throw NoRoom() }
    let all = (0..<found.queries).flatMap { found[$0] }
    numbers.write(all.map { Int64($0.row) })
    distances.write(all.map(\.value))
  }
}

/// Two sets of a caller's, or one with itself.
private struct GivenPair {
  let sets: [GivenSet]

  init(
    _ first: UnsafePointer<kullback_set>?, _ second: UnsafePointer<kullback_set>?,
    _ names: (String, String)
  ) throws {
    let one = try unsafe GivenSet(first, names.0)
    sets = unsafe second == nil ? [one] : [one, try unsafe GivenSet(second, names.1)]
  }

  var first: DistributionSet { sets[0].set }
  var second: DistributionSet? { sets.count > 1 ? sets[1].set : nil }

  func statuses(
    _ first: UnsafeMutablePointer<UInt8>?, _ second: UnsafeMutablePointer<UInt8>?,
    _ names: (String, String)
  ) throws -> Statuses {
    Statuses(
      first: try unsafe Column(first, count: self.first.count, apartFrom: sets, names.0),
      second: try unsafe Column(
        second, count: (self.second ?? self.first).count, apartFrom: sets, names.1))
  }

  struct Statuses {
    let first: Column<UInt8>
    let second: Column<UInt8>

    func write(_ report: PairwiseReport) {
      first.write(report.targetReasons.codes)
      second.write(report.modelReasons.codes)
    }
  }
}
