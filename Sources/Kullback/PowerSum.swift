internal import CLibm

// What measures make of log Σ p^α q^(1-α).
extension Measure {
  /// A power sum less 1, from its logarithm: with all digits where that is small.
  static func excess(_ logarithm: Double) -> Double { expm1(logarithm) }

  /// A value without the sign of a zero that was divided by a negative number.
  static func nonNegative(_ value: Double) -> Double { value + 0.0 }
}
