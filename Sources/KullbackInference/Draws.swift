package import Kullback
internal import CLibm

extension SplitMix {
  /// A normal deviate: mean 0, variance 1.
  ///
  /// Source: Box and Muller, *Ann. Math. Statist.* 29 (1958) 610.
  package mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
