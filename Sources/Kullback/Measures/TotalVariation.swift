internal import KullbackKernels

extension Measure {
  /// The total variation distance, TV(p,q) = ½ Σ |p - q|, in 0...1.
  public static let totalVariation = Measure(
    name: "total-variation", title: "total variation", notation: "TV(target,model)",
    dimension: .number, isSymmetric: true, quantity: .totalVariation)
}
