/// Several models compared by one measure over the same rows, with the errors of their differences.
///
/// What is told of two models is the mean of the differences of their values row by row, whose error is far smaller
/// than that of either mean where both find the same rows hard. A row without a value for any one model counts for
/// none. Memory: that of a `Summary` for each model, and constant for each two.
public struct ModelComparison: Sendable {
  /// Rows that do not count because a model has no value there.
  public private(set) var invalid = 0
  /// How many models there are.
  public let models: Int
  /// Whether large values are the better ones.
  public let prefersLarge: Bool
  private var summaries: [Summary]
  private var means: [MeanSums]
  private var pairs: [Pair]

  fileprivate struct Pair: Sendable {
    var difference: MeanSums
    var smaller = 0
    var larger = 0
    var infinite = 0
  }

  /// The difference of two models' means.
  public struct Difference: Sendable, Equatable {
    /// The first's mean less the second's, over the rows in which both values are finite.
    public let estimate: Estimate
    /// The share of rows in which the first is the nearer one.
    public let nearer: Double
    /// The share of rows in which the second is.
    public let farther: Double
    /// Rows in which a value is infinite, which are in `nearer` and `farther`, but not in the estimate.
    public let infinite: Int

    /// Whether the mean of one of them alone is infinite: no estimate has to tell them apart.
    public let isInfinite: Bool

    /// Whether 0 is outside of 95 % around the estimate, by the error that supposes less, or one mean alone is infinite.
    public var isTold: Bool {
      isInfinite || (estimate.value != 0 && abs(estimate.value) >= 1.96 * estimate.error)
    }

    /// Whether too few rows, or groups of them, count for the estimate to have an error.
    public var hasNoError: Bool { !isInfinite && estimate.error.isNaN }
  }

  /// The comparison of so many models over no rows.
  ///
  /// - Parameters:
  ///   - models: how many there are.
  ///   - prefersLarge: whether large values are the better ones, as of an agreement.
  ///   - groups: which rows may depend on each other, where that is known.
  ///   - exactLimit: how many values of each model are held for exact quantiles.
  public init(
    models: Int, prefersLarge: Bool = false, groups: RowGroups? = nil,
    exactLimit: Int = Summary.defaultExactLimit
  ) {
    self.models = models
    self.prefersLarge = prefersLarge
    summaries = (0..<models).map { _ in Summary(exactLimit: exactLimit) }
    means = (0..<models).map { _ in MeanSums(groups) }
    pairs = (0..<models * (models - 1) / 2).map { _ in Pair(difference: MeanSums(groups)) }
  }

  /// Takes the values of further rows.
  ///
  /// - Parameters:
  ///   - columns: those of each model, one a row; NaN where there is none.
  ///   - firstRow: the number of the first row.
  /// - Precondition: there are as many of each model, and where there are groups each row has one.
  public mutating func add(_ columns: [[Double]], firstRow: Int = 0) {
    precondition(columns.count == models, "values of other models")
    let count = columns.first?.count ?? 0
    precondition(columns.allSatisfy { $0.count == count }, "models with different rows")
    add(columns, rows: firstRow..<firstRow + count)
  }

  /// The same of rows that have these numbers.
  mutating func add(_ columns: [[Double]], rows: some Collection<Int>) {
    for (index, row) in rows.enumerated() {
      guard columns.allSatisfy({ !$0[index].isNaN }) else {
        invalid += 1
        continue
      }
      for model in 0..<models {
        summaries[model].add(columns[model][index], row: row)
        means[model].add(columns[model][index], row: row)
      }
      var pair = 0
      for second in 1..<max(1, models) {
        for first in 0..<second {
          pairs[pair].take(columns[first][index], columns[second][index], row: row)
          pair += 1
        }
      }
    }
  }

  /// The comparison over both parts' rows, of the same models.
  public static func + (left: ModelComparison, right: ModelComparison) -> ModelComparison {
    var result = left
    result.invalid += right.invalid
    result.summaries = zip(left.summaries, right.summaries).map { $0 + $1 }
    result.means = zip(left.means, right.means).map { $0 + $1 }
    result.pairs = zip(left.pairs, right.pairs).map { $0 + $1 }
    return result
  }

  /// Rows that count.
  public var count: Int { means.first?.count ?? 0 }

  /// Groups with a row that counts; nil where no groups are known.
  public var groupCount: Int? { means.first?.groups?.count }

  /// What a model's values say together.
  public func summary(of model: Int) -> Summary { summaries[model] }

  /// A model's mean.
  public func mean(of model: Int) -> Estimate { means[model].estimate }

  /// All models, the nearest first; of equal means the first one first.
  public var ranking: [Int] {
    (0..<models).sorted { first, second in
      let (x, y) = (means[first].mean, means[second].mean)
      return x == y || x.isNaN ? first < second : prefersLarge ? x > y : x < y
    }
  }

  /// One model's mean less another's.
  public func difference(_ first: Int, _ second: Int) -> Difference {
    precondition(first != second, "a model differs from itself by nothing")
    let (low, high) = (min(first, second), max(first, second))
    let pair = pairs[high * (high - 1) / 2 + low]
    let isTurned = first > second
    let estimate = pair.difference.estimate
    let share = { (rows: Int) in count > 0 ? Double(rows) / Double(count) : .nan }
    let firstIsNearer = isTurned == prefersLarge ? pair.smaller : pair.larger
    let secondIsNearer = isTurned == prefersLarge ? pair.larger : pair.smaller
    return Difference(
      estimate: Estimate(
        value: isTurned ? 0 - estimate.value : estimate.value,
        standardError: estimate.standardError, clusteredError: estimate.clusteredError),
      nearer: share(firstIsNearer), farther: share(secondIsNearer), infinite: pair.infinite,
      isInfinite: means[first].mean.isInfinite != means[second].mean.isInfinite)
  }
}

extension ModelComparison.Pair {
  /// Takes the values of the first and the second model in a row.
  fileprivate mutating func take(_ first: Double, _ second: Double, row: Int) {
    if first < second { smaller += 1 } else if first > second { larger += 1 }
    if first.isFinite && second.isFinite {
      difference.add(first - second, row: row)
    } else {
      infinite += 1
    }
  }

  fileprivate static func + (
    left: ModelComparison.Pair, right: ModelComparison.Pair
  ) -> ModelComparison.Pair {
    ModelComparison.Pair(
      difference: left.difference + right.difference, smaller: left.smaller + right.smaller,
      larger: left.larger + right.larger, infinite: left.infinite + right.infinite)
  }
}
