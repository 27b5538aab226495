/// Which triangle of a square matrix is read and written.
public enum Triangle: Sendable, CaseIterable {
  /// The diagonal and what lies below it.
  case lower
  /// The diagonal and what lies above it.
  case upper
}
