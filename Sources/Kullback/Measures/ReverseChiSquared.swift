extension Measure {
  /// Neyman's χ², Σ (p - q)² / p = Σ q² / p - 1: Pearson's with the roles exchanged.
  ///
  /// Infinite where the target gives no mass to a class that the model has.
  ///
  /// Source: Neyman 1949, Proceedings of the Berkeley Symposium on Mathematical Statistics.
  public static let reverseChiSquared = Measure(
    name: "reverse-chi-squared", title: "reverse chi-squared", notation: "χ²(model‖target)",
    dimension: .number, source: .power(order: -1), transform: { excess($0) })
}
