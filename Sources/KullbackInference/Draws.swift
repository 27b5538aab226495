package import Kullback

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension SplitMix {
  /// A normal deviate: mean 0, variance 1.
  ///
  /// Source: Box and Muller, *Ann. Math. Statist.* 29 (1958) 610.
  package mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
