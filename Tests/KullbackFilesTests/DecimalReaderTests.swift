import Foundation
import KullbackTestSupport
import Testing

@testable import KullbackFiles

/// Numbers are those of the C library, bit for bit.
@Suite struct DecimalReaderTests {
  private func scan(_ text: String, point: UInt8 = UInt8(ascii: ".")) -> Double? {
    let bytes = Array(text.utf8)
    // SAFETY: read inside the closure.
    return unsafe bytes.withUnsafeBytes { buffer in
      let text = unsafe TextBytes(buffer)
      let found = DecimalReader.shared.scan(text, from: 0, to: text.count, point: point)
      guard let found, found.end == text.count else { return nil }
      return found.number
    }
  }

  /// Checks a number of at most 19 digits.
  private func check(_ text: String, at location: SourceLocation = #_sourceLocation) {
    // SAFETY: a valid C string for the call.
    let expected = unsafe strtod(text, nil)
    guard expected.isFinite else {
      #expect(scan(text) == nil, "\(text)", sourceLocation: location)
      return
    }
    #expect(
      scan(text)?.bitPattern == expected.bitPattern, "\(text): \(scan(text) as Any), \(expected)",
      sourceLocation: location)
  }

  private struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let mixed = (state ^ (state >> 29)) &* 0xBF58_476D_1CE4_E5B9
      return mixed ^ (mixed >> 32)
    }
  }

  @Test func everyExponentIsRoundedToTheNearest() {
    var random = Random(state: 1)
    for power in -345...310 {
      for _ in 0..<20 {
        let digits = random.next() >> UInt64.random(in: 0..<63, using: &random)
        check("\(digits % 10_000_000_000_000_000_000)e\(power)")
      }
      // The most and the least digits.
      for digits in ["1", "9", "9999999999999999999", "1000000000000000000", "9007199254740993"] {
        check("\(digits)e\(power)")
      }
    }
  }

  @Test func numbersComeBackThatWereWritten() {
    var random = Random(state: 2)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      #expect(scan("\(number)")?.bitPattern == number.bitPattern, "\(number)")
      check(String(format: "%.17g", number))
      check(String(format: "%.5e", number))
    }
    for _ in 0..<5000 {
      let number = Double.random(in: -1...1, using: &random)
      for format in ["%.18e", "%.9f", "%.6f", "%.3g", "%+.10f"] {
        check(String(format: format, number * pow(10, Double.random(in: -8...8, using: &random))))
      }
    }
  }

  // Where a number lies exactly between two, the last bit of the nearest is 0.
  @Test func tiesGoToTheEven() {
    var random = Random(state: 3)
    for _ in 0..<5000 {
      let whole = (1 << 53) + random.next() % (1 << 53)
      for shift in 0..<8 {
        let (high, low) = whole.multipliedFullWidth(by: 1 << UInt64(shift))
        guard high == 0, low < 10_000_000_000_000_000_000 else { break }
        for step: UInt64 in [0, 1] { check("\(low + step)") }
      }
      // Halves, quarters and eighths of a unit in the last place of numbers around 2^52.
      let near = (1 << 52) + random.next() % (1 << 51)
      for part in ["5", "25", "75", "125", "499", "501"] { check("\(near).\(part)") }
      check("\(whole)e\(random.next() % 24)")
    }
  }

  @Test func theEndsOfTheRangeAreThoseOfTheLibrary() {
    for text in [
      "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308",
      "2.225073858507201e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
      "2.4703282292062328e-324", "1e-323", "7.4109846876186982e-324", "1e-400", "0e999999999999",
      "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309",
      "17976931348623157e292", "0.0", "-0", "-0.0e5", "1e-999999999999999999999999",
      "1e999999999999999999999999", "0.00000000000000000000000000000000001234567890123456789",
      "000000000000000000000000000001.5",
    ] { check(text) }
  }

  @Test func whatIsNoNumberIsLeftAlone() {
    for text in [
      "", "-", "+", ".", "e5", "1e", "1e+", "--1", "1..2", "0x10", "1f", "inf", "nan", " 1", "1 ",
      "1,5", "+-1", ".e1",
    ] { #expect(scan(text) == nil, "\(text)") }
    // More digits are rounded elsewhere.
    #expect(scan("12345678901234567890") == nil)
    #expect(scan("1.") == 1 && scan(".5") == 0.5 && scan("1,5", point: UInt8(ascii: ",")) == 1.5)
  }
}
