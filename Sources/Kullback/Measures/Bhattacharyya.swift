extension Measure {
  /// The Bhattacharyya distance, -log Σ √(p q): half of the Rényi divergence of order ½.
  ///
  /// Infinite only where no class has mass on both sides; -log(1 - h²) of the Hellinger distance h, with its
  /// digits also where rows hardly overlap.
  ///
  /// Source: Bhattacharyya 1943, Bulletin of the Calcutta Mathematical Society 35.
  public static let bhattacharyya = Measure(
    name: "bhattacharyya", title: "Bhattacharyya", notation: "B(target,model)",
    isSymmetric: true, source: .power(order: 0.5), transform: { nonNegative(-$0) })
}
