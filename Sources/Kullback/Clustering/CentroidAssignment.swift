/// The nearest of given centroids for every row of a set, in nats.
public struct CentroidAssignment: Sendable {
  /// The number of the centroid; -1 for a row that is not valid, and for one at an infinite divergence
  /// from all centroids.
  public let assignments: [Int]
  /// The divergence of each row from its centroid; NaN for a row that is not valid.
  public let divergences: [Double]
  /// Rows that are not valid.
  public let diagnostics: Diagnostics
  /// What became of every row.
  public let reasons: RowReasons
}
