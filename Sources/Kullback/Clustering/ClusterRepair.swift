internal import KullbackKernels

/// Rows that no centroid takes, and centroids that no row is nearest to.
extension ClusterRows {
  /// Divergences up to this are rounding: such a row does not begin a cluster of its own.
  private static let rounding = 0x1p-44

  /// Lets rows at an infinite reverse KL from all centroids join clusters, one after the other.
  ///
  /// Each joins the cluster whose centroid loses the least mass by it, among those with a class that all
  /// their rows, this one included, have mass in. Where there is none the row stays out.
  ///
  /// - Returns: whether any did.
  func join(
    _ strays: [Int], _ assignments: inout [Int32], _ sums: ClusterSums, _ centroids: Centroids
  ) -> Bool {
    let words = supportWords(classes)
    var common = centroids.support()
    for cluster in sums.sizes.indices where sums.sizes[cluster] > 0 {
      common.replaceSubrange(
        cluster * words..<(cluster + 1) * words,
        with: sums.support[cluster * words..<(cluster + 1) * words])
    }
    let values = centroids.values.values
    let reference = [Double](repeating: 0, count: classes)
    var tile = RowTile(of: Double.self, panelClasses: words * 64)
    var joined = false
    for row in strays {
      tile.prepare(
        operand, rows: row..<row + 1, classes: 0..<classes, normalisers: normalisers,
        form: .plainMasses, reference: reference)
      var best: (cluster: Int, mass: Double)?
      for cluster in sums.sizes.indices {
        var (mass, isEmpty) = (0.0, true)
        for word in 0..<words {
          var bits = tile.bits[word] & common[cluster * words + word]
          isEmpty = isEmpty && bits == 0
          while bits != 0 {
            mass += values[cluster * classes + word * 64 + bits.trailingZeroBitCount]
            bits &= bits - 1
          }
        }
        if !isEmpty, best.map({ mass > $0.mass }) ?? true { best = (cluster, mass) }
      }
      guard let best else { continue }
      for word in 0..<words { common[best.cluster * words + word] &= tile.bits[word] }
      assignments[row] = Int32(best.cluster)
      joined = true
    }
    return joined
  }

  /// Gives every cluster without rows the row that is farthest from its centroid.
  ///
  /// The last row of another cluster is not taken. Where all rows are at their centroids a cluster stays
  /// empty.
  ///
  /// - Returns: whether any row moved.
  func fillEmpty(
    _ assignments: inout [Int32], _ centroids: Centroids, threads: Int
  ) throws -> Bool {
    var sizes = [Int](repeating: 0, count: centroids.count)
    for cluster in assignments where cluster >= 0 { sizes[Int(cluster)] += 1 }
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else { return false }
    var distances = try ClusterDivergences(self, centroids).evaluate(assignments, threads: threads)
    var moved = false
    for cluster in empty {
      var farthest: Int?
      for row in distances.indices where distances[row] > Self.rounding {
        let from = assignments[row]
        guard from < 0 || sizes[Int(from)] > 1 else { continue }
        if farthest.map({ distances[row] > distances[$0] }) ?? true { farthest = row }
      }
      guard let row = farthest else { break }
      if assignments[row] >= 0 { sizes[Int(assignments[row])] -= 1 }
      assignments[row] = Int32(cluster)
      sizes[cluster] = 1
      distances[row] = 0
      moved = true
    }
    return moved
  }
}
