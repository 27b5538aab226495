/// A number as the unevaluated sum of two `Double`s: about 32 decimal digits.
///
/// Source: Dekker 1971, Numerische Mathematik 18; Knuth, *The Art of Computer Programming* 2, 4.2.2.
struct DoubleDouble: Sendable, Equatable {
  var high: Double
  var low: Double

  static let zero = DoubleDouble(high: 0, low: 0)

  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  init(_ value: Double) {
    self.init(high: value, low: 0)
  }

  /// The exact product.
  init(product x: Double, _ y: Double) {
    high = x * y
    low = (-high).addingProduct(x, y)
  }

  static func + (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    let sum = x.high + y.high
    // Beyond the range of `Double` there is no rounding error to carry, and inf - inf would be NaN.
    guard sum.isFinite else { return DoubleDouble(sum) }
    let part = sum - x.high
    let error = (x.high - (sum - part)) + (y.high - part) + (x.low + y.low)
    let high = sum + error
    return DoubleDouble(high: high, low: high.isFinite ? error - (high - sum) : 0)
  }

  static prefix func - (x: DoubleDouble) -> DoubleDouble {
    DoubleDouble(high: -x.high, low: -x.low)
  }

  static func * (x: DoubleDouble, y: DoubleDouble) -> DoubleDouble {
    var p = DoubleDouble(product: x.high, y.high)
    p.low += x.high * y.low + x.low * y.high
    let high = p.high + p.low
    return DoubleDouble(high: high, low: high.isFinite ? p.low - (high - p.high) : 0)
  }

  static func / (x: DoubleDouble, y: Double) -> DoubleDouble {
    let quotient = x.high / y
    let rest = x + -DoubleDouble(product: quotient, y)
    return DoubleDouble(high: quotient, low: 0) + DoubleDouble(rest.high / y)
  }

  var value: Double { high + low }
}
