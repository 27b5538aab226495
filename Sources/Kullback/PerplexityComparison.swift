internal import CLibm

/// The perplexities of a target and a model over rows of which each has a right class: what those who compare
/// language models report.
///
/// It is made from the surprise -log p of the right class in each row, the target's and the model's, in nats; with a
/// the target's and b the model's,
///
///     perplexity              exp(mean a), exp(mean b)
///     log ratio               mean (b - a)
///     ratio, difference       of the model's perplexity and the target's
///     correlation             of a and b over rows
///     change                  exp(-b) - exp(-a): what the right class's probability becomes more
///
/// Standard errors are those of a mean of independent rows, carried over to first order, with variances of divisor
/// n - 1; those that compare both sides take the covariance along. It is kept as the variance of b - a itself, so that
/// errors of nearly equal sides have their digits. With groups of rows every estimate has a clustered error too. Rows that are not valid, or where a or b is infinite, are counted
/// and in nothing else. Comparisons of parts add up with `+` to that of the whole. Memory: that of a `Summary`.
///
/// Source: llama.cpp's perplexity tool reports the same numbers, but for sums in 32 and 64 bits.
public struct PerplexityComparison: Sendable, Codable {
  /// Rows without a value on either side.
  public private(set) var invalid = 0
  /// Rows that are left out because one side gives the right class no mass.
  public private(set) var infinite = 0
  /// The change of the right class's probability in each row, model less target.
  public private(set) var change: Summary

  private var targetLoss: MeanSums
  private var modelLoss: MeanSums
  private var excess: MeanSums
  private var changes: MeanSums
  private var squaredChange: MeanSums

  /// The comparison of no rows.
  ///
  /// - Parameters:
  ///   - groups: which rows may depend on each other, where that is known.
  ///   - exactLimit: how many changes are held for exact quantiles.
  public init(groups: RowGroups? = nil, exactLimit: Int = Summary.defaultExactLimit) {
    change = Summary(exactLimit: exactLimit)
    let none = MeanSums(groups)
    (targetLoss, modelLoss, excess, changes, squaredChange) = (none, none, none, none, none)
  }

  /// Takes further rows.
  ///
  /// - Parameters:
  ///   - target: -log p of each row's right class, in nats; NaN where the row is not valid.
  ///   - model: -log q likewise, of the same rows.
  ///   - firstRow: the number of the first row.
  /// - Precondition: there are as many of both, and where there are groups each row has one.
  public mutating func add(target: [Double], model: [Double], firstRow: Int = 0) {
    precondition(target.count == model.count, "not as many rows on both sides")
    add(target: target, model: model, rows: firstRow..<firstRow + target.count)
  }

  /// The same of rows that have these numbers.
  mutating func add(target: [Double], model: [Double], rows: some Collection<Int>) {
    for (row, (a, b)) in zip(rows, zip(target, model)) { add(target: a, model: b, row: row) }
  }

  private mutating func add(target a: Double, model b: Double, row: Int) {
    guard !a.isNaN, !b.isNaN else {
      invalid += 1
      return
    }
    guard a.isFinite, b.isFinite else {
      infinite += 1
      return
    }
    targetLoss.add(a, row: row)
    modelLoss.add(b, row: row)
    excess.add(b - a, row: row)
    // Less the larger probability, so that neither factor overflows and near ones keep their digits.
    let difference = b < a ? -exp(-b) * expm1(b - a) : exp(-a) * expm1(a - b)
    change.add(difference, row: row)
    changes.add(difference, row: row)
    squaredChange.add(difference * difference, row: row)
  }

  /// Whether everything is of the same rows.
  var isSound: Bool {
    [invalid, infinite].allSatisfy { (0...1 << 48).contains($0) } && change.count == count
      && [targetLoss, modelLoss, excess, changes, squaredChange].allSatisfy {
        $0.isSound && $0.count == count
      }
  }

  /// The comparison of both parts' rows.
  public static func + (
    left: PerplexityComparison, right: PerplexityComparison
  ) -> PerplexityComparison {
    var result = left
    result.invalid += right.invalid
    result.infinite += right.infinite
    result.change = left.change + right.change
    result.targetLoss = left.targetLoss + right.targetLoss
    result.modelLoss = left.modelLoss + right.modelLoss
    result.excess = left.excess + right.excess
    result.changes = left.changes + right.changes
    result.squaredChange = left.squaredChange + right.squaredChange
    return result
  }

  /// Rows that count.
  public var count: Int { excess.count }

  /// The target's perplexity, exp of its mean surprise.
  public var target: Estimate { perplexity(targetLoss) }

  /// The model's perplexity.
  public var model: Estimate { perplexity(modelLoss) }

  /// The logarithm of the model's perplexity over the target's, in nats.
  public var logRatio: Estimate { excess.estimate }

  /// The model's perplexity over the target's.
  public var ratio: Estimate { perplexity(excess) }

  /// The model's perplexity less the target's.
  public var difference: Estimate {
    let (p, q) = (exp(targetLoss.mean), exp(modelLoss.mean))
    let parts = [targetLoss.variances, modelLoss.variances, excess.variances]
    let variances = Variances.combined(parts) { part in
      // q² var b + p² var a - 2 p q cov(a, b), without the cancellation where both are alike.
      (q - p) * (q * part[1] - p * part[0]) + p * q * part[2]
    }
    return Estimate(p * expm1(excess.mean), variances)
  }

  /// The correlation of both sides' surprises over rows; NaN where one side's are all the same.
  public var correlation: Double {
    let (a, b) = (targetLoss.moments.variance, modelLoss.moments.variance)
    let (first, second) = (a.squareRoot(), b.squareRoot())
    let apart = (a - b) / (first + second)
    let rest = (excess.moments.variance - apart * apart) / (2 * first * second)
    return rest.isFinite ? Swift.min(1, Swift.max(-1, 1 - rest)) : .nan
  }

  /// The mean change of the right class's probability.
  public var meanChange: Estimate { changes.estimate }

  /// The root of the mean squared change of the right class's probability.
  public var rootMeanSquareChange: Estimate {
    let value = squaredChange.mean.squareRoot()
    // To first order that of a root; of one that is 0 the variance is 0 too.
    let factor = value > 0 ? 1 / (4 * value * value) : 1
    return Estimate(value, Variances.combined([squaredChange.variances]) { factor * $0[0] })
  }

  private func perplexity(_ loss: MeanSums) -> Estimate {
    let value = exp(loss.mean)
    return Estimate(value, Variances.combined([loss.variances]) { value * value * $0[0] })
  }

  /// Groups with a row that counts; nil where no groups are known.
  public var groupCount: Int? { excess.groups?.count }
}
