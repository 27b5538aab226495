/// The divergence of two Dirichlet distributions, one component after another broken off the rest.
///
/// The share of the first component and the shares of the others among themselves are independent, so that D
/// is a sum of divergences of Beta distributions: those of (α_k, Σ α_j) from (β_k, Σ β_j), j > k. In any order;
/// in that of β/α nothing cancels in how much the means of the two differ.
///
/// Source: Connor and Mosimann 1969, *JASA* 64, 194, for the independence.
struct DirichletSticks {
  private let target: [Double]
  private let model: [Double]

  /// Two distributions of as many concentrations.
  init(target: [Double], model: [Double]) {
    // By the exact sign of β_i/α_i - β_j/α_j: quotients would round.
    let order = target.indices.sorted {
      Scaled.differenceOfProducts(model[$0], target[$1], model[$1], target[$0]).isNegative
    }
    self.target = order.map { target[$0] }
    self.model = order.map { model[$0] }
  }

  /// D(target‖model).
  ///
  /// - Accuracy: relative error at most 1e-13.
  /// - Complexity: a sort, and some microseconds a component.
  var divergence: Double {
    let last = target.count - 1
    var rest = Stick(target: target[last], model: model[last])
    // Σ α_j (β_j/α_j - β_k/α_k), j >= k: no term is negative, and each is had from the one before.
    var spread = Scaled(0)
    var result = 0.0
    for k in (0..<last).reversed() {
      let gap =
        Scaled.differenceOfProducts(model[k + 1], target[k], model[k], target[k + 1])
        / (Scaled(target[k]) * Scaled(target[k + 1]))
      spread = spread + gap * Scaled(rest.target)
      let stick = Stick(target: target[k], model: model[k])
      result += BetaPair(stick, rest, difference: spread * Scaled(target[k])).divergence
      rest.append(stick)
    }
    return result
  }
}

/// The concentrations of a component, or of several together, on both sides.
private struct Stick {
  private var targets: CompensatedSum
  private var models: CompensatedSum
  private var differences: CompensatedSum

  init(target: Double, model: Double) {
    targets = CompensatedSum(target)
    models = CompensatedSum(model)
    differences = CompensatedSum(model - target)
  }

  mutating func append(_ other: Stick) {
    targets.add(other.target)
    models.add(other.model)
    differences.add(other.difference)
  }

  var target: Double { targets.value }
  var model: Double { models.value }
  /// How much the model has more.
  var difference: Double { differences.value }

  /// Whether one of the two is at most twice the other.
  var isNear: Bool { model >= target / 2 && model / 2 <= target }
}

/// Two Beta distributions, of (a, b) and (c, d).
private struct BetaPair {
  private let first: Stick
  private let second: Stick
  /// a d - c b.
  private let difference: Scaled

  init(_ first: Stick, _ second: Stick, difference: Scaled) {
    (self.first, self.second, self.difference) = (first, second, difference)
  }

  private var target: Double { first.target + second.target }
  private var model: Double { first.model + second.model }

  /// D = (c + d) KL((c, d)/(c + d) ‖ (a, b)/(a + b)) + what the shapes leave; see `Dirichlet`.
  var divergence: Double {
    let means = excess(of: first, sign: 1) + excess(of: second, sign: -1)
    return means + (first.isNear && second.isNear ? nearShapes : farShapes)
  }

  /// c ρ(a (c + d) / (c (a + b))), the part of one of the two in the divergence of the means.
  private func excess(of stick: Stick, sign: Double) -> Double {
    let relative = (Scaled(sign) * difference / (Scaled(stick.model) * Scaled(target))).value
    guard relative >= -0.5, relative <= 1 else {
      return SpecialFunctions.ratioExcess(
        products: stick.target, model, over: stick.model, target, times: stick.model)
    }
    return stick.model * SpecialFunctions.logExcess(relative)
  }

  /// What the shapes leave of concentrations that change by less than a factor of two.
  ///
  ///     ∫₀¹ (1 - t) [r² (s(a) - s(a+b) a/(a+b)) + u² (s(b) - s(a+b) b/(a+b)) + v² s(a+b) ab/(a+b)²] dt
  ///
  /// with a and b on their way to c and d, r and u the changes of their logarithms, v = r - u, and s(x) =
  /// x² ψ′(x) - x: the remainder of Taylor's formula in its integral form. Because s falls, no term is negative.
  ///
  /// - Accuracy: the nearest poles are three half lengths of the way from its middle, so that the rule's error is
  ///   below 1e-17.
  private var nearShapes: Double {
    let (small, large) = inOrder
    var sum = 0.0
    for (node, weight) in GaussLegendre.twelve {
      let a = small.target + node * small.difference
      let b = large.target + node * large.difference
      let total = a + b
      let (r, u) = (small.difference / a, large.difference / b)
      let all = SpecialFunctions.shapeCurvature(total)
      let own = SpecialFunctions.shapeCurvature(a) - all + b / total * all
      let others = SpecialFunctions.shapeCurvatureFall(b, by: a) + a / total * all
      // v² ab/(a+b)² is (ad - cb)² / (ab (a+b)²).
      let apart = (difference / (Scaled(a) * Scaled(total))).value
      sum += weight * (1 - node) * (r * r * own + u * u * others + apart * apart * (a / b) * all)
    }
    return sum
  }

  /// What the shapes leave of concentrations of which one changes by a factor of two or more: the Bregman
  /// divergences of T(x) = log Γ(x) - x log x + x, of which those of the larger and of both together cancel.
  ///
  ///     C(a, c) + [T(d) - T(c+d)] - [T(b) - T(a+b)] + (d - b) (L(b) - L(a+b)) - (c - a) L(a+b),  L = -T′
  private var farShapes: Double {
    let (small, large) = inOrder
    let own = SpecialFunctions.shapeExcess(
      from: small.target, to: small.model, difference: small.difference)
    guard own < .infinity else { return own }
    let falls =
      SpecialFunctions.shapeFall(large.model, by: small.model)
      - SpecialFunctions.shapeFall(large.target, by: small.target)
    let slopes = SpecialFunctions.scaledSlopeFall(large.target, by: small.target)
    let steeper = Scaled(large.difference) * Scaled(slopes) / Scaled(large.target)
    let slope = SpecialFunctions.scaledLogLessDigamma(target)
    let common = Scaled(small.difference) * Scaled(slope) / Scaled(target)
    return max(0, own + falls + steeper.value - common.value)
  }

  /// The two, the smaller of the target's first.
  private var inOrder: (small: Stick, large: Stick) {
    first.target <= second.target ? (first, second) : (second, first)
  }
}

/// Gauss's rule on 0...1.
private enum GaussLegendre {
  /// The nodes and weights of the rule of twelve points.
  ///
  /// Source: Abramowitz and Stegun, table 25.4, with more digits.
  static let twelve: [(node: Double, weight: Double)] = [-0.5, 0.5].flatMap { sign in
    half.map { x, weight in (node: 0.5 + sign * x, weight: weight / 2) }
  }

  /// The positive half of the rule on -1...1.
  private static let half: [(x: Double, weight: Double)] = [
    (0.125_233_408_511_468_915_5, 0.249_147_045_813_402_785_0),
    (0.367_831_498_998_180_193_8, 0.233_492_536_538_354_808_8),
    (0.587_317_954_286_617_447_3, 0.203_167_426_723_065_921_7),
    (0.769_902_674_194_304_687_0, 0.160_078_328_543_346_226_3),
    (0.904_117_256_370_474_856_7, 0.106_939_325_995_318_431_0),
    (0.981_560_634_246_719_250_7, 0.047_175_336_386_511_827_2),
  ]
}
