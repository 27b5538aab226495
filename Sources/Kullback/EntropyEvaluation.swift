/// The entropies of a set and what was wrong with its rows.
public struct EntropyEvaluation: Sendable {
  /// The entropy of each row, in nats; NaN where the row is not valid.
  public let values: [Double]
  /// Rows that are not valid, on the side of the target.
  public let diagnostics: Diagnostics
  /// What became of every row.
  public let reasons: RowReasons
}
