/// What became of a row.
public enum RowStatus: UInt8, Sendable, CaseIterable {
  /// Evaluated.
  case valid = 0
  /// Holds a NaN.
  case notANumber = 1
  /// Holds an infinity that its form does not allow.
  case infinite = 2
  /// Holds a probability or weight below 0.
  case negative = 3
  /// Has no mass: all logits -inf, or all weights 0.
  case noMass = 4
  /// Its probabilities do not sum to 1 within the tolerance.
  case notNormalised = 5
  /// Its class label is out of range.
  case badLabel = 6
  /// Comes, with the other side's row, to more than `Double` holds.
  case outOfRange = 7
}
