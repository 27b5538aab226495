/// What the values of a measure over many rows say together.
///
/// Summaries of parts add up with `+` to that of the whole. Count, mean and variance are carried with
/// twice the digits of a `Double`, so that they agree whichever way the rows were split. Quantiles are
/// exact while no more values than `exactLimit` are held; beyond, their relative error is at most
/// 0.05 %.
public struct Summary: Sendable {
  /// The quantiles that are reported.
  public static let probabilities = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
  /// How many values are held, by default, before quantiles become approximate.
  public static let defaultExactLimit = 10_000_000

  /// Valid rows.
  public private(set) var count = 0
  /// Rows without a value because one of their distributions is not valid.
  public private(set) var invalid = 0
  /// Valid rows whose value is infinite; they count in the mean.
  public private(set) var infinite = 0
  /// The smallest value, NaN over no rows.
  public private(set) var min = Double.nan
  /// The largest value, NaN over no rows.
  public private(set) var max = Double.nan
  /// The first row that has the largest value.
  public private(set) var maxRow: Int?
  /// How many values are held for exact quantiles.
  public let exactLimit: Int

  private var sum = DoubleDouble.zero
  private var sumOfSquares = DoubleDouble.zero
  private var held: [Double] = []
  private var sketch: QuantileSketch?

  /// The summary of no rows.
  public init(exactLimit: Int = Summary.defaultExactLimit) {
    self.exactLimit = exactLimit
  }

  /// The summary of values, one a row; a NaN is an invalid row.
  public init(_ values: [Double], firstRow: Int = 0, exactLimit: Int = Summary.defaultExactLimit) {
    self.init(exactLimit: exactLimit)
    add(values, firstRow: firstRow)
  }

  /// Takes the values of further rows.
  public mutating func add(_ values: [Double], firstRow: Int) {
    if sketch == nil { held.reserveCapacity(Swift.min(exactLimit, held.count + values.count)) }
    for (index, value) in values.enumerated() { add(value, row: firstRow + index) }
  }

  /// Takes the value of one more row; a NaN is an invalid row.
  public mutating func add(_ value: Double, row: Int) {
    guard !value.isNaN else {
      invalid += 1
      return
    }
    count += 1
    if value.isInfinite { infinite += 1 }
    if !(min <= value) { min = value }
    if !(max >= value) {
      max = value
      maxRow = row
    }
    sum = sum + DoubleDouble(value)
    sumOfSquares = sumOfSquares + DoubleDouble(product: value, value)
    hold(value)
  }

  private mutating func hold(_ value: Double) {
    if sketch != nil {
      sketch?.add(value)
    } else {
      held.append(value)
      if held.count > exactLimit { sketchHeld() }
    }
  }

  private mutating func sketchHeld() {
    var sketch = self.sketch ?? QuantileSketch()
    for value in held { sketch.add(value) }
    self.sketch = sketch
    held = []
  }

  /// The summary of both parts' rows.
  public static func + (left: Summary, right: Summary) -> Summary {
    var result = Summary(exactLimit: Swift.min(left.exactLimit, right.exactLimit))
    result.count = left.count + right.count
    result.invalid = left.invalid + right.invalid
    result.infinite = left.infinite + right.infinite
    result.min = right.min <= left.min || left.count == 0 ? right.min : left.min
    let takesRight =
      left.count == 0 || right.max > left.max
      || (right.max == left.max && (right.maxRow ?? .max) < (left.maxRow ?? .max))
    result.max = takesRight ? right.max : left.max
    result.maxRow = takesRight ? right.maxRow : left.maxRow
    result.sum = left.sum + right.sum
    result.sumOfSquares = left.sumOfSquares + right.sumOfSquares
    result.held = left.held + right.held
    if left.sketch != nil || right.sketch != nil {
      result.sketch = (left.sketch ?? QuantileSketch()) + (right.sketch ?? QuantileSketch())
    }
    if result.sketch != nil || result.held.count > result.exactLimit { result.sketchHeld() }
    return result
  }

  /// The mean over valid rows: infinite when a value is, NaN over no rows.
  public var mean: Double {
    count > 0 ? sum.value / Double(count) : .nan
  }

  /// The variance with divisor count - 1; NaN over fewer than two rows or with an infinite value.
  public var variance: Double {
    guard count > 1, infinite == 0 else { return .nan }
    let centred = sumOfSquares + -((sum * sum) / Double(count))
    return Swift.max(0, centred.value) / Double(count - 1)
  }

  /// The standard deviation: the square root of `variance`.
  public var standardDeviation: Double { variance.squareRoot() }

  /// The standard error of the mean.
  public var standardError: Double { standardDeviation / Double(count).squareRoot() }

  /// Whether `quantiles` are exact.
  public var quantilesAreExact: Bool { sketch == nil }

  /// The values at `Summary.probabilities`, interpolated linearly between neighbouring ranks; NaN over
  /// no rows.
  ///
  /// Source: Hyndman and Fan 1996, The American Statistician 50, definition 7 (NumPy's default).
  public var quantiles: [Double] { quantiles(at: Self.probabilities) }

  /// The values at ascending probabilities in 0...1, defined as for `quantiles`.
  public func quantiles(at probabilities: [Double]) -> [Double] {
    guard count > 0 else { return probabilities.map { _ in .nan } }
    let places = probabilities.map { Swift.min(Swift.max($0, 0), 1) * Double(count - 1) }
    let ranks = places.flatMap { [Int($0), Swift.min(Int($0) + 1, count - 1)] }
    let values: [Double]
    if let sketch {
      values = sketch.values(atRanks: ranks)
    } else {
      let sorted = held.sorted()
      values = ranks.map { sorted[$0] }
    }
    return places.indices.map { index in
      let (low, high) = (values[2 * index], values[2 * index + 1])
      let part = places[index] - places[index].rounded(.down)
      return part == 0 || low == high ? low : low + part * (high - low)
    }
  }
}

extension Summary: CustomStringConvertible {
  /// The mean with its standard error, the median and the largest value, to five digits.
  public var description: String {
    guard count > 0 else { return "no valid rows" + (invalid > 0 ? ", \(invalid) not valid" : "") }
    let error = standardError.isNaN ? "" : " ± \(standardError.spelt(digits: 2))"
    let median = quantiles(at: [0.5])[0]
    var text = "mean \(mean.spelt(digits: 5))\(error) over \(counted(count, "row"))"
    text += ", median \(median.spelt(digits: 5)), largest \(max.spelt(digits: 5))"
    if let maxRow { text += " at row \(maxRow)" }
    if infinite > 0 { text += ", \(infinite) infinite" }
    if invalid > 0 { text += ", \(invalid) not valid" }
    return text
  }
}
