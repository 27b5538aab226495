internal import KullbackKernels

extension Measure {
  /// The squared Hellinger distance, ½ Σ (√p - √q)² = 1 - Σ √(p q), in 0...1.
  public static let squaredHellinger = Measure(
    name: "squared-hellinger", title: "squared Hellinger", notation: "Hel²(target,model)",
    dimension: .number, isSymmetric: true, quantity: .hellinger, transform: { $0 * $0 })
}
