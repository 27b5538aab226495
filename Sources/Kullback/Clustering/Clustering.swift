/// The clusters of a set, in nats.
public struct Clustering: Sendable {
  /// The cluster of each row; -1 for a row that is not valid, and for one that shares no class with
  /// any cluster (`ClusteringDivergence.reverseKL` only).
  public let assignments: [Int]
  /// The probabilities of the centroids, a row each, of the rows as they are assigned.
  public let centroids: Matrix<Double>
  /// Rows of each cluster.
  public let sizes: [Int]
  /// The divergence of each row from its centroid; NaN for a row that is not valid, +inf for one that is
  /// in no cluster.
  public let divergences: [Double]
  /// The sum of the divergences of all valid rows.
  public let objective: Double
  /// The objective after each iteration, which never rises.
  public let objectives: [Double]
  /// The rows at which the clusters began.
  public let seeds: [Int]
  /// Whether it ended because nothing changed any more, or by less than the tolerance.
  public let hasConverged: Bool
  /// Rows that are not valid.
  public let diagnostics: Diagnostics
  /// What became of every row.
  public let reasons: RowReasons

  /// Iterations.
  public var iterations: Int { objectives.count }
}
