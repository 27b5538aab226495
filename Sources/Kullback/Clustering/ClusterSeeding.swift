internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Rows at which clusters begin.
extension ClusterRows {
  /// Draws rows to begin at: the first evenly, the others with a probability in proportion to the divergence
  /// from the nearest row drawn before.
  ///
  /// Rows at an infinite divergence from all of these come first, drawn evenly; when all are at 0, any row
  /// that was not drawn yet is drawn evenly.
  ///
  /// The divergences from the latest rows are not known of all others: they can only be less than those from
  /// the rows before, so a row is drawn by these and kept with a probability of how much is left. All are
  /// brought up to date whenever there are twice as many, or when hardly any is kept.
  ///
  /// Source: Arthur and Vassilvitskii, *k-means++*, SODA 2007; for Bregman divergences Ackermann and Blömer,
  /// *Bregman clustering for separable instances*, SWAT 2010.
  func seeds(
    _ clusters: Int, _ generator: inout SplitMix, threads: Int, memory: Int
  ) throws -> [Int] {
    let valid = (0..<count).filter { isValid[$0] }
    var seeds = [valid[generator.index(below: valid.count)]]
    var distances = [Double](repeating: .infinity, count: count)
    var known = 0
    while seeds.count < clusters {
      try lower(&distances, by: Array(seeds[known...]), threads: threads, memory: memory)
      known = seeds.count
      let lottery = SeedLottery(valid, distances, without: seeds)
      var refused = 0
      while seeds.count < min(clusters, 2 * known), refused < 32 + 4 * (seeds.count - known) {
        try checkCancellation()
        let row = lottery.draw(&generator)
        let latest = Array(seeds[known...])
        let left = distance(of: row, from: latest, atMost: distances[row])
        let isKept =
          lottery.isEven
          ? left == distances[row] && !latest.contains(row)
          : generator.uniform() * distances[row] < left
        if isKept { seeds.append(row) } else { refused += 1 }
      }
    }
    return seeds
  }

  /// The divergence of a row from the nearest of some seeds, or `most` if that is less.
  private func distance(of row: Int, from seeds: [Int], atMost most: Double) -> Double {
    let values = evaluatePairs(
      operand, rows: seeds.map { _ in row }, operand, rows: seeds,
      quantities: [divergence.quantity])[divergence.quantity]
    return seeds.contains(row) ? 0 : values.reduce(most) { min($0, $1) }
  }

  /// Makes every row's distance that from the nearest of further seeds where this is nearer.
  private func lower(
    _ distances: inout [Double], by seeds: [Int], threads: Int, memory: Int
  ) throws {
    let places =
      try seeds.count == 1
      ? []
      : isWide
        ? nearest(Double.self, seeds, threads, memory) : nearest(Float.self, seeds, threads, memory)
    let found = try divergences(threads: threads) { row in
      !isValid[row] ? -1 : places.isEmpty ? seeds[0] : seeds[Int(places[row])]
    }
    for (row, value) in found.enumerated() where value < distances[row] { distances[row] = value }
    for seed in seeds { distances[seed] = 0 }
  }

  private func nearest<Element: LinearAlgebraScalar>(
    _: Element.Type, _ seeds: [Int], _ threads: Int, _ memory: Int
  ) throws -> [Int32] {
    let engine = ClusterEngine<Element>(
      self, clusters: seeds.count, threads: threads, memory: memory)
    return try engine.assign(to: centroids(of: seeds), joins: true).assignments
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
