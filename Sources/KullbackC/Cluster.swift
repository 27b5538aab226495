public import CKullback
internal import Kullback
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_cluster_fit(
  _ set: UnsafePointer<kullback_set>?, _ options: UnsafePointer<kullback_cluster_options>?,
  _ result: UnsafeMutablePointer<kullback_cluster_result>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(set, "set")
    let chosen = try unsafe structure(options, "options", \.size)
    var written = try unsafe structure(UnsafePointer(result), "result", \.size)
    let rows = given.set.count
    let clusters = Int(chosen.clusters)
    // Before there is room for so many.
    guard (1...max(1, rows)).contains(clusters), rows > 0 else {
      throw KullbackError.clusterCount(clusters, validRows: rows)
    }
    let divergence = try clusteringDivergence(chosen.divergence)
    let assignments = try unsafe Column(
      written.assignments, count: rows, apartFrom: [given], "assignments")
    let divergences = try unsafe Column(
      written.divergences, count: rows, apartFrom: [given], "divergences")
    let centroids = try unsafe Column(
      written.centroids, rows: clusters, columns: given.set.classes, apartFrom: [given], "centroids"
    )
    let sizes = try unsafe Column(written.sizes, count: clusters, apartFrom: [given], "sizes")
    let statuses = try unsafe Column(rowStatus, count: rows, apartFrom: [given], "row_status")
    let most = Int(chosen.maximum_iterations)
    let found = try given.set.clusters(
      into: clusters, by: divergence, seed: chosen.seed, maximumIterations: most,
      tolerance: chosen.tolerance, restarts: Int(chosen.restarts), threads: call.threads,
      workingMemory: call.workingMemory
    ) { iteration, _ in try call.progress(iteration, most) }
    assignments.write(found.assignments.map { Int64($0) })
    divergences.write(found.divergences)
    centroids.write(found.centroids.values)
    sizes.write(found.sizes.map { Int64($0) })
    statuses.write(found.reasons.codes)
    unsafe written.has_converged = found.hasConverged ? 1 : 0
    unsafe written.iterations = Int64(found.iterations)
    unsafe written.objective = found.objective
    try unsafe Column(result, count: 1, "result").write([written])
  }
}

/// As the header says.
@c @implementation
public func kullback_cluster_assign(
  _ set: UnsafePointer<kullback_set>?, _ divergence: Int32,
  _ centroids: UnsafePointer<Double>?, _ clusters: Int64,
  _ assignments: UnsafeMutablePointer<Int64>?, _ divergences: UnsafeMutablePointer<Double>?,
  _ rowStatus: UnsafeMutablePointer<UInt8>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(set, "set")
    let columns = try unsafe AssignedColumns(given, assignments, divergences, rowStatus)
    let middles = try unsafe matrix(
      centroids, rows: Int(clusters), columns: given.set.classes, "centroids")
    columns.write(
      try given.set.assignments(
        to: middles, by: clusteringDivergence(divergence), threads: call.threads,
        workingMemory: call.workingMemory))
  }
}

/// As the header says.
@c @implementation
public func kullback_cluster_step(
  _ set: UnsafePointer<kullback_set>?, _ centroids: UnsafePointer<Double>?,
  _ part: UnsafePointer<kullback_cluster_part>?, _ assignments: UnsafeMutablePointer<Int64>?,
  _ divergences: UnsafeMutablePointer<Double>?, _ rowStatus: UnsafeMutablePointer<UInt8>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let given = try unsafe GivenSet(set, "set")
    let target = try unsafe GivenPart(part, "part", apartFrom: [given])
    let columns = try unsafe AssignedColumns(given, assignments, divergences, rowStatus)
    var sum = target.part
    let middles = try unsafe matrix(
      centroids, rows: sum.clusters, columns: sum.classes, "centroids")
    columns.write(
      try sum.add(
        given.set, to: middles, threads: call.threads, workingMemory: call.workingMemory))
    target.write(sum)
  }
}

/// As the header says.
@c @implementation
public func kullback_cluster_merge(
  _ part: UnsafePointer<kullback_cluster_part>?, _ other: UnsafePointer<kullback_cluster_part>?,
  _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let target = try unsafe GivenPart(part, "part")
    let more = try unsafe GivenPart(other, "other").part
    guard more.clusters == target.part.clusters, more.classes == target.part.classes,
      more.divergence == target.part.divergence
    else {
      throw Refusal(
        "part has \(target.part.clusters) clusters of \(target.part.classes) classes by"
          + " \(target.part.divergence), and other \(more.clusters) of \(more.classes) by"
          + " \(more.divergence)")
    }
    target.write(target.part + more)
  }
}

/// As the header says.
@c @implementation
public func kullback_cluster_centroids(
  _ part: UnsafePointer<kullback_cluster_part>?, _ before: UnsafePointer<Double>?,
  _ centroids: UnsafeMutablePointer<Double>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { _ in
    let sum = try unsafe GivenPart(part, "part").part
    let middles = try unsafe matrix(before, rows: sum.clusters, columns: sum.classes, "before")
    let column = try unsafe Column(
      centroids, rows: sum.clusters, columns: sum.classes, isOptional: false, "centroids")
    column.write(try sum.centroids(before: middles).values)
  }
}

private func clusteringDivergence(_ number: Int32) throws -> ClusteringDivergence {
  switch number {
  case KULLBACK_CLUSTER_FORWARD_KL: .forwardKL
  case KULLBACK_CLUSTER_REVERSE_KL: .reverseKL
  default: throw Refusal("\(number) is no divergence of clusters")
  }
}

/// Where assignments are written.
private struct AssignedColumns {
  private let assignments: Column<Int64>
  private let divergences: Column<Double>
  private let statuses: Column<UInt8>

  init(
    _ set: GivenSet, _ assignments: UnsafeMutablePointer<Int64>?,
    _ divergences: UnsafeMutablePointer<Double>?, _ statuses: UnsafeMutablePointer<UInt8>?
  ) throws {
    let rows = set.set.count
    self.assignments = try unsafe Column(
      assignments, count: rows, apartFrom: [set], "assignments")
    self.divergences = try unsafe Column(
      divergences, count: rows, apartFrom: [set], "divergences")
    self.statuses = try unsafe Column(statuses, count: rows, apartFrom: [set], "row_status")
  }

  func write(_ found: CentroidAssignment) {
    assignments.write(found.assignments.map { Int64($0) })
    divergences.write(found.divergences)
    statuses.write(found.reasons.codes)
  }
}

/// A caller's part, and where it is written again.
private struct GivenPart {
  let part: ClusterPart
  private let sums: Column<Double>
  private let sizes: Column<Int64>
  private let objective: Column<Double>

  init(
    _ pointer: UnsafePointer<kullback_cluster_part>?, _ name: String,
    apartFrom sets: [GivenSet] = []
  ) throws {
    let given = try unsafe structure(pointer, name, \.size)
    let divergence = try unsafe clusteringDivergence(given.divergence)
    let (clusters, classes) = unsafe (Int(given.clusters), Int(given.classes))
    guard clusters >= 1, classes >= 1 else {
      throw Refusal("\(name) has \(clusters) clusters of \(classes) classes")
    }
    let (width, isTooWide) = classes.multipliedReportingOverflow(by: 2)
    guard !isTooWide else { throw Refusal("\(name) is larger than memory") }
    sums = try unsafe Column(
      given.sums, rows: clusters, columns: width, isOptional: false, apartFrom: sets,
      "sums of \(name)")
    sizes = try unsafe Column(
      given.sizes, count: clusters, isOptional: false, apartFrom: sets, "sizes of \(name)")
    objective = try unsafe Column(
      given.objective, count: 2, isOptional: false, apartFrom: sets, "objective of \(name)")
    guard
      let part = ClusterPart(
        clusters: clusters, classes: classes, by: divergence, sums: sums.values,
        sizes: sizes.values.map { Int($0) }, cost: objective.values)
    else { throw Refusal("\(name) has sizes that nothing has") }
    self.part = part
  }

  func write(_ part: ClusterPart) {
    let numbers = part.numbers
    sums.write(numbers.sums)
    sizes.write(part.sizes.map { Int64($0) })
    objective.write(numbers.cost)
  }
}
