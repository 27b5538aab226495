internal import KullbackKernels
internal import KullbackLinearAlgebra

/// How products are cut so that their rounding stays small, and how it is judged.
struct PairwisePrecision: Sendable, Equatable {
  let layout: TileLayout
  let rule: RoundingRule
  /// What a divergence may be off by, relatively.
  let tolerance: Double
  /// Whether it is the sum with an entropy that may be off by that.
  var countsEntropies = false

  /// Sums that are no products: classes in their order, one panel.
  func undivided() -> PairwisePrecision {
    PairwisePrecision(
      layout: TileLayout(panelClasses: 1 << 20), rule: rule, tolerance: tolerance)
  }

  /// Products of up to so many classes are made of packed rows: of no more than `panelsInARow` chains.
  static let packedClasses = 256

  /// The same to judge whether products tell which pairs are near: doubts are only those pairs whose divergence is
  /// less than fifty times the rounding itself, not the rounding over the tolerance.
  var forNear: PairwisePrecision {
    let scale = 50 * tolerance
    return PairwisePrecision(
      layout: layout,
      rule: RoundingRule(
        fixed: scale * rule.fixed, base: scale * rule.base, term: scale * rule.term,
        root: scale * rule.root, sum: scale * rule.sum, share: rule.share),
      tolerance: tolerance)
  }

  /// Panels whose products are added to each other in `Float` before they are in `Double`.
  static let panelsInARow = 8

  /// Products whose terms are added up in `Float`, in chains of `chain` classes, up to `heavyRoom` masses of a
  /// row apart.
  ///
  /// A chain's rounding is half a unit of what is summed so far, at random: it grows as the root of the
  /// chain. What is not at random is the rounding of elements that are alike, and of sums that drift. The
  /// factors are such that over 5 million pairs of 16 to 4096 classes (independent, alike, sorted, by Zipf's
  /// law, in two levels) no error was more than 1.3 times what the rule allows, and none that it let pass
  /// more than the tolerance.
  static func single(classes: Int, chain: Int, heavyRoom: Int) -> PairwisePrecision {
    let tolerance = 1e-6, unit = 0x1p-24 / tolerance
    let root = Double(min(classes, chain)).squareRoot()
    let chains = Double(max(1, classes / chain)).squareRoot()
    return PairwisePrecision(
      layout: TileLayout(
        panelClasses: chain, interleaves: true, heavyRoom: heavyRoom,
        heavyLeast: heavyRoom > 4 ? 1.0 / 64 : 1.0 / 32),
      // The logarithms of the normalisers of Float rows are off by up to two units, seldom by one.
      rule: RoundingRule(
        fixed: 2.5 * unit, base: 0, term: 1.1 * unit, root: 1.3 * root * unit,
        sum: (1.1 * root / chains + 2) * unit,
        share: 1 - 3 * unit),
      tolerance: tolerance)
  }

  /// Products in `Double`.
  static func double(
    classes: Int, tolerance: Double, countsEntropies: Bool = false
  ) -> PairwisePrecision {
    let chain = 512, unit = 0x1p-53 / tolerance
    let root = Double(min(classes, chain)).squareRoot()
    return PairwisePrecision(
      layout: TileLayout(panelClasses: chain, interleaves: true),
      // Twice: there is room, and logarithms are off by another unit.
      rule: RoundingRule(
        fixed: 0, base: 8 * unit, term: 4 * unit, root: 3 * root * unit, sum: 3 * root * unit,
        share: 1 - 4 * unit),
      tolerance: tolerance, countsEntropies: countsEntropies)
  }
}
