/// What a row holds, for the oracle.
public enum OracleForm: Sendable, Equatable {
  /// Logits, divided by a temperature.
  case logits(temperature: Double)
  /// Logarithms of probabilities.
  case logProbabilities
  /// Probabilities.
  case probabilities
  /// Weights, to each of which an amount is added.
  case weights(smoothing: Double)
}

/// One distribution, normalised, in about 32 digits.
public struct OracleRow: Sendable {
  /// log p of every class; -infinity where there is no mass.
  public let logProbabilities: [DoubleDouble]
  /// p of every class.
  public let probabilities: [DoubleDouble]
  /// The logarithm of the normaliser: of Σ exp(x / T), or of Σ (w + smoothing).
  public let logNormaliser: DoubleDouble
  /// The first class with the largest value.
  public let largest: Int

  /// A logit's difference where it is a number, or the least one: what is far is not absent.
  private static func held(_ difference: DoubleDouble, of value: Double) -> DoubleDouble {
    let isHeld = difference.high.isFinite && difference.low.isFinite || !value.isFinite
    return isHeld ? difference : DoubleDouble(-.greatestFiniteMagnitude)
  }

  /// The distribution of stored values, taken as exact.
  ///
  /// The largest class counts as 1 and the others relative to it, so that log p of the largest
  /// keeps its digits near a point mass.
  public init(_ values: [Double], form: OracleForm) {
    var largest = 0
    for k in values.indices where values[k] > values[largest] { largest = k }
    let isLog: Bool
    let top: DoubleDouble
    /// Logits less the largest, before they are divided by the temperature, so that no level is too far; or masses.
    let numbers: [DoubleDouble]
    switch form {
    case .logits(let temperature):
      let divisor = DoubleDouble(temperature)
      numbers = values.map {
        Self.held((DoubleDouble($0) - DoubleDouble(values[largest])) / divisor, of: $0)
      }
      (isLog, top) = (true, DoubleDouble(values[largest]) / divisor)
    case .logProbabilities:
      numbers = values.map { Self.held(DoubleDouble($0) - DoubleDouble(values[largest]), of: $0) }
      (isLog, top) = (true, DoubleDouble(values[largest]))
    case .weights(let smoothing):
      numbers = values.map { DoubleDouble($0) + DoubleDouble(smoothing) }
      (isLog, top) = (false, numbers[largest])
    case .probabilities:
      numbers = values.map { DoubleDouble($0) }
      (isLog, top) = (false, numbers[largest])
    }
    let relative = numbers.map { x in
      // As documented: what is below every normal number of the largest counts as nothing.
      if isLog { return x.high < -707 ? DoubleDouble(0) : x.exp() }
      return x / top
    }
    var rest = DoubleDouble(0)
    for k in relative.indices where k != largest { rest += relative[k] }
    let total = DoubleDouble(1) + rest
    let logTotal = rest.log1p()
    self.largest = largest
    probabilities = relative.map { $0 / total }
    logProbabilities = numbers.map { x in
      if isLog { return x.high == -.infinity ? x : x - logTotal }
      return (x / top).log() - logTotal
    }
    logNormaliser = (isLog ? top : top.log()) + logTotal
  }

  /// H(p) = -Σ p log p; every term is at least 0.
  public var entropy: Double {
    var total = DoubleDouble(0)
    for (p, logP) in zip(probabilities, logProbabilities) where p.high > 0 {
      total += p * -logP
    }
    return total.high
  }
}

/// Everything about two distributions, by the definitions, class by class.
///
/// With x = log q - log p, every sum is written so that its terms are at least 0 and keep their
/// digits where x is small: D(p‖q) = Σ p (eˣ - 1 - x), because Σ p = Σ q = 1.
public struct OraclePair: Sendable {
  /// D(first‖second).
  public let divergence: Double
  /// D(second‖first).
  public let reversedDivergence: Double
  /// H(first).
  public let entropyOfFirst: Double
  /// H(second).
  public let entropyOfSecond: Double
  /// H(first, second).
  public let crossEntropy: Double
  /// H(second, first).
  public let reversedCrossEntropy: Double
  /// The sum of both divergences.
  public let jeffreys: Double
  /// The Jensen-Shannon divergence.
  public let jensenShannon: Double
  /// Half the sum of |p - q|.
  public let totalVariation: Double
  /// The triangular discrimination.
  public let triangularDiscrimination: Double
  /// The Hellinger distance.
  public let hellinger: Double
  /// 1 where the largest class is the same, else 0.
  public let sameLargest: Double
  /// The first row's log normaliser.
  public let logNormaliserOfFirst: Double
  /// The second row's log normaliser.
  public let logNormaliserOfSecond: Double
  /// The first row's log normaliser less the second's.
  public let logRatio: Double

  /// Compares two rows of the same length.
  public init(_ first: OracleRow, _ second: OracleRow) {
    var (forward, reverse) = (DoubleDouble(0), DoubleDouble(0))
    var (jensen, variation) = (DoubleDouble(0), DoubleDouble(0))
    var (squaredHellinger, triangular) = (DoubleDouble(0), DoubleDouble(0))
    for k in first.probabilities.indices {
      let (p, q) = (first.probabilities[k], second.probabilities[k])
      let (logP, logQ) = (first.logProbabilities[k], second.logProbabilities[k])
      let (hasP, hasQ) = (logP.high > -.infinity, logQ.high > -.infinity)
      guard hasP && hasQ else {
        let mass = hasP ? p : q
        if hasP { forward = DoubleDouble(.infinity) } else { forward += mass }
        if hasQ { reverse = DoubleDouble(.infinity) } else { reverse += mass }
        guard hasP || hasQ else { continue }
        jensen += mass * DoubleDouble(2).log()
        variation += mass
        squaredHellinger += mass
        triangular += mass
        continue
      }
      let x = logQ - logP
      forward += Self.divergenceTerm(p, q, x)
      reverse += Self.divergenceTerm(q, p, -x)
      let (larger, apart) = x.isNegative ? (p, x) : (q, -x)
      let distance = apart.high < -2000 ? DoubleDouble(-2000) : apart
      let rest = -distance.expm1()
      variation += larger * rest
      let root = distance.scaled(by: -1).expm1()
      squaredHellinger += larger * root * root
      triangular += larger * rest * (rest / (DoubleDouble(2) - rest))
      jensen += (p + q) * Self.entropyLoss(rest / (DoubleDouble(2) - rest))
    }
    let half = DoubleDouble(0.5)
    divergence = forward.high
    reversedDivergence = reverse.high
    jeffreys = (forward + reverse).high
    entropyOfFirst = first.entropy
    entropyOfSecond = second.entropy
    crossEntropy = first.entropy + forward.high
    reversedCrossEntropy = second.entropy + reverse.high
    jensenShannon = (half * jensen).high
    totalVariation = (half * variation).high
    triangularDiscrimination = triangular.high
    hellinger = (half * squaredHellinger).squareRoot().high
    sameLargest = first.largest == second.largest ? 1 : 0
    logNormaliserOfFirst = first.logNormaliser.high
    logNormaliserOfSecond = second.logNormaliser.high
    logRatio = (first.logNormaliser - second.logNormaliser).high
  }

  /// p (eˣ - 1 - x), where p eˣ = q.
  private static func divergenceTerm(
    _ p: DoubleDouble, _ q: DoubleDouble, _ x: DoubleDouble
  ) -> DoubleDouble {
    x.high > 1 ? q - p - p * x : p * x.expm1MinusX()
  }

  /// ½ [(1 + t) log(1 + t) + (1 - t) log(1 - t)] for 0 <= t < 1.
  private static func entropyLoss(_ t: DoubleDouble) -> DoubleDouble {
    let one = DoubleDouble(1)
    guard t.high < 0.1 else {
      let low = one - t
      let below = low.high > 0 ? low * low.log() : DoubleDouble(0)
      return ((one + t) * t.log1p() + below).scaled(by: -1)
    }
    let square = t * t
    var (power, total) = (square, square.scaled(by: -1))
    var k = 1.0
    while power.high > 1e-34 * total.high {
      k += 1
      power = power * square
      total += power / DoubleDouble(2 * k * (2 * k - 1))
    }
    return total
  }
}
