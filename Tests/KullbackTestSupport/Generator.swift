internal import CLibm

/// Random numbers that are the same in every run: SplitMix64.
///
/// Source: Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, 2014.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The sequence that belongs to a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to 1.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A normal deviate: mean 0, variance 1.
  public mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  /// Normal deviates.
  public mutating func normals(_ count: Int) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(normal()) }
    return result
  }
}
