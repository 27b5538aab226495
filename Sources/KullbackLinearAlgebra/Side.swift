/// On which side of the unknown the triangular matrix stands.
public enum Side: Sendable, CaseIterable {
  /// A X = B.
  case left
  /// X A = B.
  case right
}
