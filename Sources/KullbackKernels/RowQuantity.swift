/// A quantity of a row by itself.
///
/// In nats.
public enum RowQuantity: Int, Sendable, CaseIterable {
  /// The logarithm of the row's normaliser: of Σ exp(x / T), or of the sum of masses.
  case logNormaliser = 0
  /// The Shannon entropy.
  case entropy = 1
  /// The index of the first largest class.
  case largest = 2
}
