/// The upper 16 bits of a `Float`: its range with 8 significant bits.
public struct BFloat16: Sendable, Equatable, BitwiseCopyable {
  /// The stored bits: sign, 8 of exponent, 7 of fraction.
  public var bitPattern: UInt16

  /// The number with these bits.
  public init(bitPattern: UInt16) {
    self.bitPattern = bitPattern
  }

  /// The nearest number to `value`, ties to the even one; a NaN stays a NaN.
  public init(_ value: Float) {
    let bits = value.bitPattern
    guard !value.isNaN else {
      bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x0040
      return
    }
    bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
  }

  /// Equality of numbers, not of bits: 0 equals -0 and a NaN equals nothing.
  public static func == (left: BFloat16, right: BFloat16) -> Bool {
    Float(left) == Float(right)
  }
}

extension Float {
  /// The same number; exact.
  public init(_ value: BFloat16) {
    self.init(bitPattern: UInt32(value.bitPattern) << 16)
  }
}
