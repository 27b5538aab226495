/// The cross entropies of class labels and the rows of a model.
public struct LabelEvaluation: Sendable {
  /// The cross entropy of each row in nats: 0 where the row is ignored, NaN where it is not valid.
  public let values: [Double]
  /// The weight of each row: that of its label's class, and 0 where the row is ignored or not valid.
  public let weights: [Double]
  /// Rows that are not valid, and labels that are out of range.
  public let diagnostics: Diagnostics
  /// What became of every row, a label out of range being at fault as target.
  public let reasons: RowReasons

  /// Σ values / Σ weights over the valid rows; NaN where the weights sum to 0.
  public var mean: Double {
    var (sum, weight) = (0.0, 0.0)
    for (value, each) in zip(values, weights) where !value.isNaN {
      sum += value
      weight += each
    }
    return weight > 0 ? sum / weight : .nan
  }
}
