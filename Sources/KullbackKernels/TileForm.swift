/// What rows become for products of matrices, with l = log p - reference; 0 where there is no mass.
public enum TileForm: Sendable, Equatable {
  /// p, with the sums that divergences need.
  case masses
  /// p alone.
  case plainMasses
  /// l - centre.
  case logarithms
  /// exp(power × l - centre + shift × reference).
  case powers(Double, shift: Double)
}
