internal import CLibm

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

  /// The natural logarithm of 2 in three parts, to 48 digits.
  static let ln2High = 0x1.62e42fefa39efp-1
  static let ln2Middle = 0x1.abc9e3b39803fp-56
  static let ln2Low = 0x1.7b57a079a1934p-111

  /// The exact sum of two numbers, as they are and with nothing lost.
  static func sum(_ x: Double, _ y: Double) -> DoubleDouble {
    let s = x + y
    guard s.isFinite else { return DoubleDouble(s) }
    let t = s - x
    return DoubleDouble(high: s, low: (x - (s - t)) + (y - t))
  }

  /// The exact product of two numbers.
  static func product(_ x: Double, _ y: Double) -> DoubleDouble {
    let p = x * y
    guard p.isFinite else { return DoubleDouble(p) }
    return DoubleDouble(high: p, low: (-p).addingProduct(x, y))
  }

  /// The sum.
  public static func + (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let s = sum(x.high, y.high)
    guard s.high.isFinite else { return s }
    let t = sum(x.low, y.low)
    let u = sum(s.high, s.low + t.high)
    return sum(u.high, u.low + t.low)
  }

  /// The number with its sign changed.
  public static prefix func - (x: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -x.high, low: -x.low)
  }

  /// The difference.
  public static func - (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble { x + -y }

  /// The product.
  public static func * (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let p = product(x.high, y.high)
    guard p.high.isFinite else { return p }
    return sum(p.high, p.low + (x.high * y.low + x.low * y.high))
  }

  /// The quotient.
  public static func / (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let q1 = x.high / y.high
    guard q1.isFinite, q1 != 0 else { return DoubleDouble(q1) }
    let r1 = x - y * DoubleDouble(q1)
    let q2 = r1.high / y.high
    let r2 = r1 - y * DoubleDouble(q2)
    return sum(q1, q2) + DoubleDouble(r2.high / y.high)
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
  /// The powers of this number over factorials from `first` on: Σ xᵏ / k!.
  private func exponentialSeries(from first: Int) -> DoubleDouble {
    var term = self
    for k in stride(from: 2, through: first, by: 1) { term = term * self / DoubleDouble(Double(k)) }
    var total = term
    var k = first
    while abs(term.high) > 1e-34 * abs(total.high) {
      k += 1
      term = term * self / DoubleDouble(Double(k))
      total += term
    }
    return total
  }

  /// The number as n ln 2 + r; r is at most ln 2 / 2.
  private func reduced() -> (n: Int, r: DoubleDouble) {
    let n = (high / Self.ln2High).rounded()
    let r =
      self - Self.product(n, Self.ln2High) - Self.product(n, Self.ln2Middle)
      - DoubleDouble(n * Self.ln2Low)
    return (Int(n), r)
  }

  /// exp(x) - 1, with all digits near 0.
  public func expm1() -> DoubleDouble {
    guard high < 709 else { return DoubleDouble(.infinity) }
    guard high > -100 else { return DoubleDouble(-1) }
    guard high != 0 else { return self }
    let (n, r) = reduced()
    var e = r.scaled(by: -9).exponentialSeries(from: 1)
    for _ in 0..<9 { e = e.scaled(by: 1) + e * e }
    guard n != 0 else { return e }
    return DoubleDouble(1).scaled(by: n) - DoubleDouble(1) + e.scaled(by: n)
  }

  /// exp(x); 0 below -745.
  public func exp() -> DoubleDouble {
    guard high > -745 else { return DoubleDouble(0) }
    guard high < 709 else { return DoubleDouble(.infinity) }
    let (n, r) = reduced()
    return (DoubleDouble(1) + r.expm1()).scaled(by: n)
  }

  /// exp(x) - 1 - x, with all digits near 0.
  public func expm1MinusX() -> DoubleDouble {
    guard high != 0 else { return DoubleDouble(0) }
    return abs(high) < 0.25 ? exponentialSeries(from: 2) : expm1() - self
  }

  /// log(1 + x), with all digits near 0.
  public func log1p() -> DoubleDouble {
    guard high != 0 else { return self }
    guard abs(high) < 0.1 else { return (DoubleDouble(1) + self).log() }
    // log(1 + x) = 2 atanh(x / (2 + x)).
    let s = self / (DoubleDouble(2) + self)
    let square = s * s
    var power = s
    var total = s
    var k = 1.0
    while abs(power.high) > 1e-34 * abs(total.high) {
      k += 2
      power = power * square
      total += power / DoubleDouble(k)
    }
    return total.scaled(by: 1)
  }

  /// log(x); -infinity at 0.
  public func log() -> DoubleDouble {
    guard high > 0, high.isFinite else { return DoubleDouble(platformLog(high)) }
    var exponent = Int(high.exponent)
    if high.significand > 1.4 { exponent += 1 }
    let m = scaled(by: -exponent)
    let y = platformLog(m.high)
    let u = m * DoubleDouble(-y).exp() - DoubleDouble(1)
    let n = Double(exponent)
    // u is near 1e-16: its cube is beyond the digits kept.
    return DoubleDouble(y) + (u - (u * u).scaled(by: -1)) + Self.product(n, Self.ln2High)
      + Self.product(n, Self.ln2Middle)
  }

  /// √x.
  public func squareRoot() -> DoubleDouble {
    guard high > 0 else { return high.isNaN ? self : DoubleDouble(0) }
    let root = DoubleDouble(high.squareRoot())
    return (root + self / root).scaled(by: -1)
  }
}

private func platformLog(_ x: Double) -> Double { log(x) }
