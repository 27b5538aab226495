internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Passes over rows that find the nearest centroid of each and add up the rows of each cluster.
///
/// Scores are products of tiles of rows with all centroids; where the two least are nearer to each other
/// than their rounding may be, the row's are computed again in `Double`.
struct ClusterEngine<Element: LinearAlgebraScalar>: Sendable {
  let rows: ClusterRows
  let layout: ClusterLayout
  let clusters: Int

  /// What a pass found.
  struct Pass: Sendable {
    /// The cluster of each row; -1 for none.
    var assignments: [Int32] = []
    var sums: ClusterSums
    /// Rows at an infinite divergence from all centroids, in order.
    var strays: [Int] = []
  }

  init(_ rows: ClusterRows, clusters: Int, threads: Int, memory: Int) {
    self.rows = rows
    self.clusters = clusters
    layout = ClusterLayout(
      rows, clusters: clusters, kind: Element.elementKind, threads: threads, memory: memory)
  }

  /// Assigns every row to the nearest centroid.
  ///
  /// With `joins`, a row that has mass outside of every centroid joins the one of the least score, in which a
  /// missing class counts as `CentroidForms.absent`.
  func assign(to centroids: Centroids, joins: Bool) throws -> Pass {
    let forms = CentroidForms<Element>(centroids, of: rows, layout)
    return try run { rows, worker in
      worker.assign(rows, forms, joins: joins)
    }
  }

  /// Adds up rows by the clusters that they are in, with `isExact` to the last digits that they have.
  func sums(of assignments: [Int32], isExact: Bool = false) throws -> ClusterSums {
    try run(isExact: isExact) { rows, worker in
      worker.take(rows)
      worker.places = Array(assignments[rows])
    }.sums
  }

  func emptySums() -> ClusterSums {
    ClusterSums(
      clusters: clusters, panels: layout.panels, divergence: rows.divergence,
      hasGaps: rows.hasGaps)
  }

  private func run(
    isExact: Bool = false,
    _ body: @Sendable (_ rows: Range<Int>, _ worker: inout ClusterWorker<Element>) -> Void
  ) throws -> Pass {
    var pass = Pass(sums: emptySums())
    pass.assignments.reserveCapacity(rows.count)
    let blocks = stride(from: 0, to: rows.count, by: layout.blockRows).map {
      $0..<min(rows.count, $0 + layout.blockRows)
    }
    for from in stride(from: 0, to: blocks.count, by: layout.wave) {
      try checkCancellation()
      let some = Array(blocks[from..<min(blocks.count, from + layout.wave)])
      let parts = inOrder(some.count, threads: layout.threads) { index in
        block(some[index], isExact, body)
      }
      for part in parts {
        pass.assignments += part.assignments
        pass.strays += part.strays
        pass.sums.add(part.sums, rows.divergence)
      }
    }
    return pass
  }

  private func block(
    _ block: Range<Int>, _ isExact: Bool,
    _ body: (_ rows: Range<Int>, _ worker: inout ClusterWorker<Element>) -> Void
  ) -> Pass {
    var worker = ClusterWorker<Element>(rows, layout, clusters: clusters, isExact: isExact)
    var pass = Pass(sums: emptySums())
    for from in stride(from: block.lowerBound, to: block.upperBound, by: layout.tileRows) {
      let tile = from..<min(block.upperBound, from + layout.tileRows)
      body(tile, &worker)
      worker.add(tile, to: &pass.sums)
      pass.assignments += worker.places
    }
    pass.strays = worker.strays
    return pass
  }
}
