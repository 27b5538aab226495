internal import KullbackKernels

/// Rows at which clusters begin.
extension ClusterRows {
  /// Draws rows to begin at: the first evenly, the others with a probability in proportion to the divergence
  /// from the nearest row drawn before.
  ///
  /// Rows at an infinite divergence from all of these come first, drawn evenly; when all are at 0, any row
  /// that was not drawn yet is drawn evenly.
  ///
  /// Source: Arthur and Vassilvitskii, *k-means++*, SODA 2007; for Bregman divergences Ackermann and Blömer,
  /// *Bregman clustering for separable instances*, SWAT 2010.
  func seeds(
    _ clusters: Int, _ generator: inout SplitMix, threads: Int
  ) throws -> [Int] {
    let valid = (0..<count).filter { isValid[$0] }
    var seeds = [valid[generator.index(below: valid.count)]]
    var distances = [Double](repeating: .infinity, count: count)
    while seeds.count < clusters {
      try Task.checkCancellation()
      try lower(&distances, by: seeds[seeds.count - 1], threads: threads)
      seeds.append(draw(valid, distances, seeds, &generator))
    }
    return seeds
  }

  private func draw(
    _ valid: [Int], _ distances: [Double], _ seeds: [Int], _ generator: inout SplitMix
  ) -> Int {
    let apart = valid.filter { distances[$0] == .infinity }
    if !apart.isEmpty { return apart[generator.index(below: apart.count)] }
    let total = valid.reduce(0) { $0 + distances[$1] }
    if total > 0 {
      var left = generator.uniform() * total
      for row in valid where distances[row] > 0 {
        left -= distances[row]
        if left < 0 { return row }
      }
      // Rounding left a little over: the last row with any share.
      if let last = valid.last(where: { distances[$0] > 0 }) { return last }
    }
    let taken = Set(seeds)
    let others = valid.filter { !taken.contains($0) }
    return others[generator.index(below: others.count)]
  }

  /// Makes every row's distance that from another seed where this is nearer.
  private func lower(_ distances: inout [Double], by seed: Int, threads: Int) throws {
    let centre = source[seed..<seed + 1].operand(isRepeated: true)
    let step = max(1 << 12, PairJob.blockBytes / max(1, classes * source.matrix.kind.byteCount))
    for from in stride(from: 0, to: count, by: step) {
      try Task.checkCancellation()
      let rows = from..<min(count, from + step)
      var results = PairResults(quantities: [divergence.quantity], rows: rows.count)
      evaluatePairs(operand, centre, rows: rows, into: &results, threads: threads)
      for (offset, value) in results[divergence.quantity].enumerated()
      where value < distances[from + offset] {
        distances[from + offset] = value
      }
    }
    distances[seed] = 0
  }

  /// The centroids of clusters of one row each.
  func centroids(of seeds: [Int]) -> Centroids {
    var sums = ClusterSums(
      clusters: seeds.count, panels: ClusterLayout.panels(classes), divergence: divergence,
      hasGaps: hasGaps)
    var tile = RowTile(of: Double.self, panelClasses: ClusterLayout.panelClasses)
    let reference = [Double](repeating: 0, count: classes)
    for (cluster, row) in seeds.enumerated() {
      tile.prepare(
        operand, rows: row..<row + 1, classes: 0..<classes, normalisers: normalisers,
        form: tileForm, reference: reference)
      for (index, panel) in tile.panels.enumerated() {
        addRows(panel, places: [Int32(cluster)], into: &sums.panels[index])
      }
      sums.sizes[cluster] = 1
      if hasGaps { sums.note(tile.bits[...], cluster: cluster, divergence) }
    }
    let none = Centroids(values: Matrix(rows: seeds.count, columns: classes))
    return sums.centroids(divergence, before: none).centroids
  }
}
