/// What is known of all pairs beside the values.
public struct PairwiseReport: Sendable {
  /// Targets and models.
  public let shape: Shape
  /// Pairs of valid rows that were computed: of rows that are equal bit for bit only the first, without pairs of equal
  /// rows where they are 0, and of one set about half where the measure is symmetric.
  public let computed: Int
  /// How many of these were evaluated one by one: because the rounding of a product might have been more than the
  /// promise allows, or all, because the measure comes from no product.
  public let refined: Int
  /// Rows of either set that are not valid; and valid ones that differ from a row of the other by more than numbers
  /// hold, whose pairs have no value.
  public let diagnostics: Diagnostics
  /// What became of every target, which is in the place of the target.
  public let targetReasons: RowReasons
  /// What became of every model, which is in the place of the target too.
  public let modelReasons: RowReasons

  /// The share of the pairs computed that were evaluated one by one.
  public var refinedShare: Double { refined == 0 ? 0 : Double(refined) / Double(computed) }
}
