/// What the values of a measure over many rows say together.
///
/// Summaries of parts add up with `+` to that of the whole. Count, mean and variance are carried with
/// twice the digits of a `Double`, so that they agree whichever way the rows were split. Quantiles are
/// exact while no more values than `exactLimit` are held; beyond, their relative error is at most
/// 0.05 %.
public struct Summary: Sendable {
  /// The quantiles that are reported.
  public static let probabilities = [
    0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999,
  ]
  /// How many values are held, by default, before quantiles become approximate.
  public static let defaultExactLimit = 10_000_000

  /// Valid rows.
  public var count: Int { moments.count }
  /// Rows without a value because one of their distributions is not valid.
  public private(set) var invalid = 0
  /// Valid rows whose value is infinite; they count in the mean.
  public var infinite: Int { moments.infinite }
  /// The smallest value, NaN over no rows.
  public private(set) var min = Double.nan
  /// The largest value, NaN over no rows.
  public private(set) var max = Double.nan
  /// The first row that has the largest value.
  public private(set) var maxRow: Int?
  /// How many values are held for exact quantiles.
  public let exactLimit: Int

  private(set) var moments = Moments()
  private(set) var held: [Double] = []
  private(set) var sketch: QuantileSketch?

  /// The summary of no rows.
  public init(exactLimit: Int = Summary.defaultExactLimit) {
    self.exactLimit = exactLimit
  }

  /// A summary of which everything is known.
  init(
    exactLimit: Int, moments: Moments, invalid: Int, range: (min: Double, max: Double),
    maxRow: Int?,
    held: [Double], sketch: QuantileSketch?
  ) {
    self.exactLimit = exactLimit
    (self.moments, self.invalid, self.maxRow) = (moments, invalid, maxRow)
    (min, max) = range
    (self.held, self.sketch) = (held, sketch)
  }

  /// Whether what is held are as many numbers as are counted.
  var isSound: Bool {
    count >= 0 && (0...1 << 48).contains(invalid) && (0...count).contains(infinite)
      && (sketch?.count ?? held.count) == count
      && !held.contains { $0.isNaN } && (count == 0) == min.isNaN && (count == 0) == max.isNaN
  }

  /// The summary of values, one a row; a NaN is an invalid row.
  public init(_ values: [Double], firstRow: Int = 0, exactLimit: Int = Summary.defaultExactLimit) {
    self.init(exactLimit: exactLimit)
    add(values, firstRow: firstRow)
  }

  /// Takes the values of further rows.
  public mutating func add(_ values: [Double], firstRow: Int) {
    // Whole-column passes where nothing is to be left out or to go into a sketch.
    guard
      sketch == nil, held.count + values.count <= exactLimit, !values.contains(where: \.isNaN)
    else {
      for (index, value) in values.enumerated() { add(value, row: firstRow + index) }
      return
    }
    guard let least = values.min(), let largest = values.max() else { return }
    if !(min <= least) { min = least }
    if !(max >= largest) {
      max = largest
      maxRow = values.firstIndex(of: largest).map { firstRow + $0 }
    }
    moments.add(values)
    held.append(contentsOf: values)
  }

  /// Takes the value of one more row; a NaN is an invalid row.
  public mutating func add(_ value: Double, row: Int) {
    guard !value.isNaN else {
      invalid += 1
      return
    }
    moments.add(value)
    if !(min <= value) { min = value }
    if !(max >= value) {
      max = value
      maxRow = row
    }
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
    result.moments = left.moments + right.moments
    result.invalid = left.invalid + right.invalid
    result.min = right.min <= left.min || left.count == 0 ? right.min : left.min
    let takesRight =
      left.count == 0 || right.max > left.max
      || (right.max == left.max && (right.maxRow ?? .max) < (left.maxRow ?? .max))
    result.max = takesRight ? right.max : left.max
    result.maxRow = takesRight ? right.maxRow : left.maxRow
    result.held = left.held + right.held
    if left.sketch != nil || right.sketch != nil {
      result.sketch = (left.sketch ?? QuantileSketch()) + (right.sketch ?? QuantileSketch())
    }
    if result.sketch != nil || result.held.count > result.exactLimit { result.sketchHeld() }
    return result
  }

  /// The mean over valid rows: infinite when a value is, NaN over no rows.
  public var mean: Double { moments.mean }

  /// The variance with divisor count - 1; NaN over fewer than two rows or with an infinite value.
  public var variance: Double { moments.variance }

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
    let values = values(atRanks: ranks)
    return places.indices.map { index in
      let (low, high) = (values[2 * index], values[2 * index + 1])
      let part = places[index] - places[index].rounded(.down)
      return part == 0 || low == high ? low : low + part * (high - low)
    }
  }

  /// Values by their ranks from the smallest on, counted from 0.
  private func values(atRanks ranks: [Int]) -> [Double] {
    let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
    let ascending = order.map { ranks[$0] }
    let found =
      sketch?.values(atRanks: ascending) ?? held.values(atAscendingRanks: ascending)
    var values = [Double](repeating: 0, count: ranks.count)
    for (place, value) in zip(order, found) { values[place] = value }
    return values
  }

  /// The values between which each of `quantiles` lies with a confidence, where rows are independent.
  ///
  /// Two order statistics, which suppose nothing of how values are distributed; of few values one or both have no bound.
  /// Of a sketch they have its error.
  ///
  /// Source: Conover 1999, *Practical Nonparametric Statistics*, 3rd ed., section 3.2.
  public func quantileIntervals(confidence: Double = 0.95) -> [QuantileInterval] {
    let bounds = Self.probabilities.map {
      OrderStatistics.ranks(enclosing: $0, count: count, confidence: confidence)
    }
    let ranks = bounds.flatMap { [$0.lower, $0.upper] }
    let found = values(atRanks: ranks.compactMap(\.self))
    var left = found[...]
    let values = ranks.map { $0 == nil ? nil : left.popFirst() }
    return bounds.indices.map {
      QuantileInterval(lower: values[2 * $0], upper: values[2 * $0 + 1])
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
