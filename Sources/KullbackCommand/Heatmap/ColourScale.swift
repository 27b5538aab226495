internal import CLibm

/// Which value has which colour, and where the legend has its marks.
struct ColourScale: Equatable {
  /// The value of the darkest colour.
  let low: Double
  /// The value of the lightest colour.
  let high: Double

  init(low: Double, high: Double) {
    (self.low, self.high) = (low, high)
  }

  /// A linear scale over the finite ones of some values.
  ///
  /// - Parameter startsAtZero: whether 0 is on it, as it should be for divergences.
  init(_ values: some Sequence<Double>, startsAtZero: Bool) {
    var (least, most) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite {
      (least, most) = (min(least, value), max(most, value))
    }
    if startsAtZero { (least, most) = (min(least, 0), max(most, 0)) }
    if !(least <= most) { (least, most) = (0, 1) }
    // Values that are all the same need a scale all the same.
    if least == most { (least, most) = least == 0 ? (0, 1) : (min(0, least), max(0, least)) }
    (low, high) = (least, most)
  }

  /// The shade of a finite value, from 0.
  func shade(_ value: Double) -> Int {
    // Halves: the difference of two finite numbers need not be finite.
    let share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return Int((min(max(share, 0), 1) * Double(ColourRamp.shades - 1)).rounded())
  }

  /// The colour of any value.
  func colour(_ value: Double) -> Colour {
    guard value.isFinite else { return value.isNaN ? ColourRamp.invalid : ColourRamp.infinite }
    return ColourRamp.palette[shade(value)]
  }

  /// Where a value stands on the scale, 0 to 1.
  func place(_ value: Double) -> Double { (value / 2 - low / 2) / (high / 2 - low / 2) }

  /// Round numbers on the scale, from `count` / 2 to `count` + 1 of them.
  func ticks(_ count: Int) -> [Double] {
    let raw = (high / 2 - low / 2) / Double(max(1, count)) * 2
    guard raw.isFinite, raw > .leastNormalMagnitude else { return [low, high] }
    let power = pow(10, log10(raw).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= raw * (1 - 1e-9) } ?? 10 * power
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    guard first <= last else { return [low, high] }
    return (first...last).map { Double($0) * step }
  }
}
