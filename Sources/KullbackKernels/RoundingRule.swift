/// How the rounding of products is judged.
///
/// In units of the tolerance it may be
///
///     fixed + base × |log normaliser| + (term + root × √Σp²) × (the mean |l| of the pair) + sum × |product|
///
/// of which terms of like size average out (root) and what they have in common does not (term, sum).
public struct RoundingRule: Sendable, Equatable {
  /// Of the normalisers, whatever their size.
  public let fixed: Double
  /// Of the normalisers, whose logarithms count as 1 at least.
  public let base: Double
  /// Of every term.
  public let term: Double
  /// Of terms that add up at random.
  public let root: Double
  /// Of the sum.
  public let sum: Double
  /// The share of the tolerance that the products may use.
  public let share: Double

  /// A rule.
  public init(fixed: Double, base: Double, term: Double, root: Double, sum: Double, share: Double) {
    self.fixed = fixed
    self.base = base
    self.term = term
    self.root = root
    self.sum = sum
    self.share = share
  }
}
