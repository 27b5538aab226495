internal import COracle

/// A number as the unevaluated sum of two `Double`s: about 32 decimal digits, the exponents of `Double`.
///
/// What the oracle computes in: with twice the digits of anything tested, its formulas can be plain.
/// Functions err by a few units of 1e-32, relative to the larger of result and 1 unless said otherwise.
public struct DoubleDouble: Sendable, Equatable {
  /// The number, rounded.
  public var high: Double
  /// What rounding left.
  public var low: Double

  /// The exact value of a `Double`.
  public init(_ value: Double) {
    high = value
    low = 0
  }

  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  private init(_ number: oracle_number) {
    high = number.high
    low = number.low
  }

  private var number: oracle_number { oracle_number(high: high, low: low) }

  /// The sum.
  public static func + (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    DoubleDouble(oracle_sum(x.number, y.number))
  }

  /// The number with its sign changed.
  public static prefix func - (x: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -x.high, low: -x.low)
  }

  /// The difference.
  public static func - (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble { x + -y }

  /// The product.
  public static func * (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    DoubleDouble(oracle_product(x.number, y.number))
  }

  /// The quotient.
  public static func / (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    DoubleDouble(oracle_quotient(x.number, y.number))
  }

  /// Adds a number.
  public static func += (x: inout DoubleDouble, y: DoubleDouble) { x = x + y }

  /// The number times a power of two.
  func scaled(by exponent: Int) -> DoubleDouble {
    DoubleDouble(
      high: Double(sign: .plus, exponent: exponent, significand: high),
      low: Double(sign: .plus, exponent: exponent, significand: low))
  }

  /// Whether the number is below zero.
  public var isNegative: Bool { high < 0 }
  /// The magnitude.
  public var magnitude: DoubleDouble { high < 0 ? -self : self }
}

extension DoubleDouble {
  /// exp(x) - 1, with all digits near 0.
  public func expm1() -> DoubleDouble { DoubleDouble(oracle_expm1(number)) }

  /// exp(x); 0 below -745.
  public func exp() -> DoubleDouble { DoubleDouble(oracle_exp(number)) }

  /// exp(x) - 1 - x, with all digits near 0.
  public func expm1MinusX() -> DoubleDouble { DoubleDouble(oracle_expm1_minus_x(number)) }

  /// log(1 + x), with all digits near 0.
  public func log1p() -> DoubleDouble { DoubleDouble(oracle_log1p(number)) }

  /// log(x); -infinity at 0.
  public func log() -> DoubleDouble { DoubleDouble(oracle_log(number)) }

  /// √x.
  public func squareRoot() -> DoubleDouble { DoubleDouble(oracle_sqrt(number)) }
}
