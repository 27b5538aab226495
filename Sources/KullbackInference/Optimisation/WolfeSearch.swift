/// A line search for a step that lowers the value enough and flattens the slope enough.
///
/// Steps satisfy the strong Wolfe conditions with c₁ = 1e-4 and c₂ = 0.9. Near a minimum, where the value no
/// longer changes by more than its rounding, the slope decides alone, as in Hager and Zhang's approximate
/// conditions: the gradient can then be brought to its own rounding. After a limited number of trials the best of
/// them is taken. A trial that is no finite number, NaN included, counts as too long a step.
///
/// Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed. 2006, algorithms 3.5 and 3.6; Hager and
/// Zhang, *SIAM J. Optim.* 16 (2005) 170, eq. 4.1.
struct WolfeSearch {
  typealias Objective = (_ point: [Double], _ gradient: inout [Double]) throws -> Double

  /// How often the objective was evaluated.
  private(set) var evaluations = 0

  private static let decrease = 1e-4
  private static let flatness = 0.9
  private static let trials = 40

  /// A trial step with what the objective is there.
  private struct Trial {
    var step: Double
    var at: SearchPoint
    var slope: Double
    var value: Double { at.value }
  }

  /// The point after a good step along a direction of descent; nil where there is none.
  mutating func step(
    from start: SearchPoint, along direction: [Double], first: Double, _ objective: Objective
  ) throws -> SearchPoint? {
    let origin = Trial(step: 0, at: start, slope: product(direction, start.gradient))
    guard origin.slope < 0 else { return nil }
    let noise = 0x1p-50 * abs(start.value)
    var low = origin
    var high: Trial?
    var step = first
    for _ in 0..<Self.trials {
      guard step > 0, step.isFinite else { break }
      var at = SearchPoint(from: start, along: direction, step: step)
      try at.evaluate(objective)
      evaluations += 1
      let trial = Trial(step: step, at: at, slope: product(direction, at.gradient))
      guard at.isFinite else {
        // Too far: the domain, or the range of numbers, ends before.
        if low.step < 0 { return nil }
        high = nil
        step = low.step + (step - low.step) / 10
        continue
      }
      if isGood(trial, origin, noise) { return at }
      let isTooHigh =
        trial.value > origin.value + Self.decrease * step * origin.slope + noise
        || trial.value > low.value + noise
      if isTooHigh {
        high = trial
      } else if let end = high {
        if trial.slope * (end.step - low.step) >= 0 { high = low }
        low = trial
      } else if trial.slope >= 0 {
        high = low
        low = trial
      } else {
        low = trial
      }
      guard let end = high else {
        step *= 4
        continue
      }
      step = Self.between(low, end)
      if abs(end.step - low.step) <= 0x1p-52 * abs(low.step) { break }
    }
    return low.step > 0 && low.value < origin.value ? low.at : nil
  }

  private func isGood(_ trial: Trial, _ origin: Trial, _ noise: Double) -> Bool {
    let isFlat = abs(trial.slope) <= -Self.flatness * origin.slope
    let isLower = trial.value <= origin.value + Self.decrease * trial.step * origin.slope
    let isLowerWithinRounding =
      trial.value <= origin.value + noise
      && trial.slope <= (2 * Self.decrease - 1) * origin.slope
    return isFlat && (isLower || isLowerWithinRounding)
  }

  /// The minimum of the cubic through both ends, kept away from them.
  private static func between(_ low: Trial, _ high: Trial) -> Double {
    let width = high.step - low.step
    let middle = low.step + width / 2
    let d1 = low.slope + high.slope - 3 * (high.value - low.value) / width
    let discriminant = d1 * d1 - low.slope * high.slope
    guard discriminant >= 0 else { return middle }
    let d2 = discriminant.squareRoot() * (width > 0 ? 1 : -1)
    let step =
      high.step - width * (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2)
    let margin = 0.1 * abs(width)
    let (least, most) = (min(low.step, high.step) + margin, max(low.step, high.step) - margin)
    return step.isFinite ? min(max(step, least), most) : middle
  }
}
