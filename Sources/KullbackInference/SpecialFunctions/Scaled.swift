/// A number with an exponent of its own, so that no product or quotient of doubles leaves the range of numbers.
///
/// Operations round as those of `Double` do.
struct Scaled {
  /// 0, or of a magnitude within 1..<2.
  private let significand: Double
  private let exponent: Int

  /// A finite number.
  init(_ value: Double) { self.init(value, exponent: 0) }

  /// significand · 2^exponent.
  private init(_ value: Double, exponent: Int) {
    guard value != 0 else {
      (self.significand, self.exponent) = (0, 0)
      return
    }
    significand = value < 0 ? -value.significand : value.significand
    self.exponent = exponent + Int(value.exponent)
  }

  /// The nearest double: infinite, denormal or 0 beyond the range.
  var value: Double {
    Double(sign: .plus, exponent: max(-3000, min(exponent, 3000)), significand: significand)
  }

  var isNegative: Bool { significand < 0 }

  static func * (left: Scaled, right: Scaled) -> Scaled {
    Scaled(left.significand * right.significand, exponent: left.exponent + right.exponent)
  }

  /// The right one is not 0.
  static func / (left: Scaled, right: Scaled) -> Scaled {
    Scaled(left.significand / right.significand, exponent: left.exponent - right.exponent)
  }

  static func + (left: Scaled, right: Scaled) -> Scaled {
    let (larger, smaller) = left.isAbove(right) ? (left, right) : (right, left)
    return Scaled(
      larger.significand + smaller.significand(inUnitsOf: larger.exponent),
      exponent: larger.exponent)
  }

  /// a b - c d, correct to 1.5 units in the last place; see `SpecialFunctions.differenceOfProducts(_:_:_:_:)`.
  static func differenceOfProducts(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Scaled {
    let (a, b, c, d) = (Scaled(a), Scaled(b), Scaled(c), Scaled(d))
    let exponents = (a.exponent + b.exponent, c.exponent + d.exponent)
    let unit = max(exponents.0, exponents.1)
    func factor(_ number: Scaled, _ exponent: Int) -> Double {
      Scaled(number.significand, exponent: exponent).significand(inUnitsOf: unit)
    }
    return Scaled(
      SpecialFunctions.differenceOfProducts(
        factor(a, exponents.0), b.significand, factor(c, exponents.1), d.significand),
      exponent: unit)
  }

  private func isAbove(_ other: Scaled) -> Bool {
    other.significand == 0 || (significand != 0 && exponent >= other.exponent)
  }

  /// What the number is in units of a power of two that is not far below it; 0 where it is nothing beside one.
  private func significand(inUnitsOf unit: Int) -> Double {
    exponent - unit < -300
      ? 0 : Double(sign: .plus, exponent: exponent - unit, significand: significand)
  }
}
