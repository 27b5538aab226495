/// In which place the right class of each row comes by its probability, over many rows.
///
/// Rank 1 is the largest. Summaries of parts add up with `+` to that of the whole.
public struct RankSummary: Sendable, Codable {
  /// The ranks whose shares are kept: the right class is the largest, among the 5 and the 10 largest.
  public static let limits = [1, 5, 10]

  /// Rows without a rank because they are not valid.
  public private(set) var invalid = 0
  private var within: [MeanSums]
  private var reciprocal: MeanSums

  /// The summary of no rows.
  ///
  /// - Parameter groups: which rows may depend on each other, where that is known.
  public init(groups: RowGroups? = nil) {
    reciprocal = MeanSums(groups)
    within = Self.limits.map { _ in MeanSums(groups) }
  }

  /// Takes the ranks of further rows; a NaN is an invalid row.
  ///
  /// - Parameters:
  ///   - ranks: one a row.
  ///   - firstRow: the number of the first row.
  /// - Precondition: where there are groups each row has one.
  public mutating func add(_ ranks: [Double], firstRow: Int = 0) {
    add(ranks, rows: firstRow..<firstRow + ranks.count)
  }

  /// The same of rows that have these numbers.
  mutating func add(_ ranks: [Double], rows: some Collection<Int>) {
    for (row, rank) in zip(rows, ranks) {
      guard !rank.isNaN else {
        invalid += 1
        continue
      }
      for (index, limit) in Self.limits.enumerated() {
        within[index].add(rank <= Double(limit) ? 1 : 0, row: row)
      }
      reciprocal.add(1 / rank, row: row)
    }
  }

  /// Whether everything is of the same rows.
  var isSound: Bool {
    (0...1 << 48).contains(invalid) && within.count == Self.limits.count
      && (within + [reciprocal]).allSatisfy { $0.isSound && $0.count == count }
  }

  /// The summary of both parts' rows.
  public static func + (left: RankSummary, right: RankSummary) -> RankSummary {
    var result = left
    result.invalid += right.invalid
    result.within = zip(left.within, right.within).map { $0 + $1 }
    result.reciprocal = left.reciprocal + right.reciprocal
    return result
  }

  /// Rows that have a rank.
  public var count: Int { reciprocal.count }

  /// The shares of rows whose rank is at most each of `limits`.
  public var shares: [Estimate] { within.map(\.estimate) }

  /// The mean of 1 / rank.
  public var meanReciprocalRank: Estimate { reciprocal.estimate }
}
