internal import KullbackKernels

extension Measure {
  /// Lee's skew divergence of a weight α, D(p ‖ αq + (1-α)p): the forward KL divergence to a model that some of the
  /// target was mixed into.
  ///
  /// Weight 1 is the forward KL divergence; below 1 it is finite whatever the model gives no mass to, at most
  /// -log(1 - α). Lee recommends 0.99. Near weight 0 it is α²/2 times the reverse χ² divergence.
  ///
  /// - Accuracy: that of the divergences, for every weight.
  /// - Throws: `KullbackError.invalidOrder` unless the weight is above 0 and at most 1.
  ///
  /// Source: Lee 1999, *Measures of distributional similarity*, ACL, section 2.
  public static func skew(weight: Double) throws(KullbackError) -> Measure {
    guard weight > 0 && weight <= 1 else { throw .invalidOrder(weight, of: "skew") }
    return Measure(
      name: MeasureFamily.name("skew", weight),
      title: "skew divergence of weight \(weight.spelt)",
      notation: "S[\(weight.spelt)](target‖model)",
      source: weight == 1
        ? .quantity(.divergence) : .parametric(.skewDivergence(weight: weight)))
  }
}
