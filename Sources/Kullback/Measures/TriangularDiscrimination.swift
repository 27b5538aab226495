internal import KullbackKernels

extension Measure {
  /// The triangular discrimination, Δ(p,q) = Σ (p - q)² / (p + q), in 0...2.
  ///
  /// Twice the Jensen-Shannon divergence lies between Δ/2 and Δ log 2. Also called Vincze-Le Cam.
  ///
  /// Source: Topsøe 2000, IEEE Transactions on Information Theory 46.
  public static let triangularDiscrimination = Measure(
    name: "triangular", title: "triangular discrimination", notation: "Δ(target,model)",
    dimension: .number, isSymmetric: true, quantity: .triangularDiscrimination)
}
