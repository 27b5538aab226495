/// Count, sum and sum of squares of values, with twice the digits of a `Double`, so that mean and variance agree
/// whichever way the values were split.
struct Moments: Sendable, Codable {
  private(set) var count = 0
  /// Values that are infinite; they count in the mean.
  private(set) var infinite = 0
  private var sum = DoubleDouble.zero
  private var sumOfSquares = DoubleDouble.zero

  /// Takes a value, which is not NaN.
  mutating func add(_ value: Double) {
    count += 1
    if value.isInfinite { infinite += 1 }
    sum = sum + DoubleDouble(value)
    sumOfSquares = sumOfSquares + DoubleDouble(product: value, value)
  }

  /// Takes values, none of which is NaN, one after the other.
  mutating func add(_ values: [Double]) {
    // Kept beside the object, where the compiler holds them in registers.
    var (sum, sumOfSquares) = (sum, sumOfSquares)
    for value in values {
      sum = sum + DoubleDouble(value)
      sumOfSquares = sumOfSquares + DoubleDouble(product: value, value)
    }
    (self.sum, self.sumOfSquares) = (sum, sumOfSquares)
    count += values.count
    infinite += values.count(where: \.isInfinite)
  }

  /// Those of both parts' values.
  static func + (left: Moments, right: Moments) -> Moments {
    var result = Moments()
    result.count = left.count + right.count
    result.infinite = left.infinite + right.infinite
    result.sum = left.sum + right.sum
    result.sumOfSquares = left.sumOfSquares + right.sumOfSquares
    return result
  }

  /// Infinite when a value is, NaN of none.
  var mean: Double { count > 0 ? sum.value / Double(count) : .nan }

  /// With divisor count - 1; NaN of fewer than two values or with an infinite one.
  var variance: Double {
    guard count > 1, infinite == 0 else { return .nan }
    let centred = sumOfSquares + -((sum * sum) / Double(count))
    return Swift.max(0, centred.value) / Double(count - 1)
  }

  /// The variance of the mean: the square of its standard error.
  var varianceOfMean: Double { variance / Double(count) }
}
