extension Measure {
  /// Pearson's χ², Σ (p - q)² / q = Σ p² / q - 1.
  ///
  /// Infinite where the model gives no mass to a class that the target has.
  ///
  /// Source: Pearson 1900, Philosophical Magazine 50.
  public static let chiSquared = Measure(
    name: "chi-squared", title: "chi-squared", notation: "χ²(target‖model)", dimension: .number,
    source: .power(order: 2), transform: { excess($0) })
}
