/// A quantity of a pair of rows, the first a and the second b.
///
/// In nats.
public enum PairQuantity: Int, Sendable, CaseIterable {
  /// D(a‖b)
  case divergence = 0
  /// D(b‖a)
  case reversedDivergence = 1
  /// H(a)
  case entropyOfFirst = 2
  /// H(b)
  case entropyOfSecond = 3
  /// H(a, b)
  case crossEntropy = 4
  /// H(b, a)
  case reversedCrossEntropy = 5
  /// D(a‖b) + D(b‖a)
  case jeffreys = 6
  /// The Jensen-Shannon divergence.
  case jensenShannon = 7
  /// The total variation distance, in 0...1.
  case totalVariation = 8
  /// The Hellinger distance, in 0...1.
  case hellinger = 9
  /// 1 where the first largest class of both rows is the same, else 0.
  case sameLargest = 10
  /// The logarithm of a's normaliser.
  case logNormaliserOfFirst = 11
  /// The logarithm of b's normaliser.
  case logNormaliserOfSecond = 12
  /// The first normaliser's logarithm less the second's, with all its digits where the rows are alike.
  case logRatio = 13
  /// The triangular discrimination, in 0...2.
  case triangularDiscrimination = 14
}
