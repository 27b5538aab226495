import KullbackMatrix
import Testing

@Suite struct BFloat16Tests {
  @Test func everyBitPatternSurvivesTheWayToFloatAndBack() {
    for bits in UInt16.min...UInt16.max {
      let value = BFloat16(bitPattern: bits)
      let back = BFloat16(Float(value))
      if Float(value).isNaN {
        #expect(Float(back).isNaN)
      } else {
        #expect(back.bitPattern == bits)
      }
    }
  }

  // 0x3F80 is 1; its fraction's last bit is 2^-7.
  @Test(arguments: [
    (UInt32(0x3F80_7FFF), UInt16(0x3F80)),  // just under the middle: down
    (0x3F80_8000, 0x3F80),  // the middle above an even one: down
    (0x3F80_8001, 0x3F81),  // just over the middle: up
    (0x3F81_8000, 0x3F82),  // the middle above an odd one: up
    (0xBF81_8000, 0xBF82),  // the same for negative numbers
    (0x3FFF_FFFF, 0x4000),  // a carry into the exponent
    (0x7F7F_FFFF, 0x7F80),  // the largest Float rounds to infinity
    (0x0000_8000, 0x0000),  // subnormal numbers round by the same rule
    (0x0000_8001, 0x0001),
    (0x8000_0000, 0x8000),  // -0 keeps its sign
    (0xFF80_0000, 0xFF80),  // -infinity
  ])
  func roundsToTheNearestAndTiesToEven(float: UInt32, expected: UInt16) {
    #expect(BFloat16(Float(bitPattern: float)).bitPattern == expected)
  }

  // Dropping the low bits of this NaN alone would leave an infinity.
  @Test(arguments: [UInt32(0x7F80_0001), 0xFF80_0001, 0x7FC0_0000, 0x7FFF_FFFF])
  func aNotANumberStaysOne(bits: UInt32) {
    #expect(Float(BFloat16(Float(bitPattern: bits))).isNaN)
  }

  @Test func equalityIsThatOfNumbers() {
    #expect(BFloat16(0) == BFloat16(-0.0))
    #expect(BFloat16(1) != BFloat16(1.0078125))
    let nan = BFloat16(Float.nan)
    #expect(nan != nan)
  }
}
