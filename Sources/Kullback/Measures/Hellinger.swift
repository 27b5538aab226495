internal import KullbackKernels

extension Measure {
  /// The Hellinger distance, √(½ Σ (√p - √q)²) = √(1 - Σ √(p q)), in 0...1.
  public static let hellinger = Measure(
    name: "hellinger", title: "Hellinger", notation: "Hel(target,model)",
    dimension: .number, isSymmetric: true, quantity: .hellinger)
}
