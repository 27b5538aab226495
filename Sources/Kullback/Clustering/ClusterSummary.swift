/// What a cluster is like, in nats.
public struct ClusterSummary: Sendable {
  /// The cluster's number, from 0.
  public let cluster: Int
  /// Rows in it.
  public let size: Int
  /// The mean divergence of its rows from its centroid; NaN of no rows.
  public let mean: Double
  /// The largest divergence of its rows from its centroid; NaN of no rows.
  public let radius: Double
  /// The rows with the smallest divergences, the smallest first; equal ones in the order of the rows.
  public let typical: [Int]
}

extension Clustering {
  /// What each cluster is like.
  ///
  /// - Parameter count: how many of the rows nearest to the centroid are named.
  /// - Complexity: one pass over the rows.
  public func summaries(typical count: Int = 5) -> [ClusterSummary] {
    var sums = [DoubleDouble](repeating: .zero, count: sizes.count)
    var radii = [Double](repeating: .nan, count: sizes.count)
    var typical = [[Int]](repeating: [], count: sizes.count)
    for (row, cluster) in assignments.enumerated() where cluster >= 0 {
      let divergence = divergences[row]
      sums[cluster] = sums[cluster] + DoubleDouble(divergence)
      if !(radii[cluster] >= divergence) { radii[cluster] = divergence }
      let place =
        typical[cluster].firstIndex { divergences[$0] > divergence } ?? typical[cluster].count
      guard place < count else { continue }
      typical[cluster].insert(row, at: place)
      if typical[cluster].count > count { typical[cluster].removeLast() }
    }
    return sizes.indices.map { cluster in
      ClusterSummary(
        cluster: cluster, size: sizes[cluster],
        mean: sizes[cluster] > 0 ? sums[cluster].value / Double(sizes[cluster]) : .nan,
        radius: radii[cluster], typical: typical[cluster])
    }
  }
}
