/// The results of scoring labels: a value, a weight and a status for each row.
public struct LabelResults: Sendable {
  /// The cross entropy of each row, in nats; NaN where a row is not valid, 0 where it is ignored.
  public let values: [Double]
  /// The weight of each row's label: a mean is Σ values / Σ weights.
  public let weights: [Double]
  /// What became of each row.
  public let statuses: [RowStatus]
}
