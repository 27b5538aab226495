/// A row among those in which two sides are farthest from each other by a measure.
public struct WorstRow: Sendable, Equatable {
  /// The row's number.
  public let row: Int
  /// The row's values of all measures, in the order asked for.
  public let values: [Double]
}

/// The few rows with the largest values of one measure, of an agreement the smallest, kept while rows stream by.
struct WorstRows: Sendable {
  private(set) var rows: [WorstRow] = []
  let limit: Int
  private let column: Int
  private let isAgreement: Bool
  /// The value of rows that are the same, which are not among the worst.
  private let best: Double?

  /// Keeps `limit` rows, ordered by the measure at `column`.
  init(limit: Int, column: Int, measure: Measure?) {
    self.limit = limit
    self.column = column
    isAgreement = measure?.isAgreement ?? false
    best = isAgreement || measure == .topRank ? 1 : measure?.isDivergence ?? false ? 0 : nil
  }

  /// What is larger the worse a row is.
  private func badness(_ values: [Double]) -> Double {
    isAgreement ? -values[column] : values[column]
  }

  /// Looks at a block of results, one column a measure, whose first row has the number `first`.
  ///
  /// - Parameter leftOut: rows of the block that are not looked at.
  mutating func take(_ columns: [[Double]], firstRow first: Int, leavingOut leftOut: Set<Int> = [])
  {
    guard limit > 0, !columns.isEmpty else { return }
    let values = isAgreement ? columns[column].map { -$0 } : columns[column]
    // Most rows are not among the worst: one comparison is all that they may cost.
    var threshold = rows.count == limit ? badness(rows[limit - 1].values) : -Double.infinity
    for index in values.indices where rows.count < limit || values[index] >= threshold {
      let value = values[index]
      guard !value.isNaN, columns[column][index] != best, !leftOut.contains(index) else { continue }
      // Equal values stand in the order of their rows, in whichever order these come.
      let place =
        rows.firstIndex {
          let other = badness($0.values)
          return other < value || other == value && $0.row > first + index
        } ?? rows.count
      guard place < limit else { continue }
      rows.insert(WorstRow(row: first + index, values: columns.map { $0[index] }), at: place)
      if rows.count > limit { rows.removeLast() }
      if rows.count == limit { threshold = badness(rows[limit - 1].values) }
    }
  }
}
