/// A row among those with the largest values of a measure.
public struct WorstRow: Sendable, Equatable {
  /// The row's number.
  public let row: Int
  /// The row's values of all measures, in the order asked for.
  public let values: [Double]
}

/// The few rows with the largest values of one measure, kept while rows stream by.
struct WorstRows: Sendable {
  private(set) var rows: [WorstRow] = []
  private let limit: Int
  private let column: Int

  /// Keeps `limit` rows, ordered by the measure at `column`.
  init(limit: Int, column: Int) {
    self.limit = limit
    self.column = column
  }

  /// Looks at a block of results, one column a measure, whose first row has the number `first`.
  ///
  /// - Parameter leftOut: rows of the block that are not looked at.
  mutating func take(_ columns: [[Double]], firstRow first: Int, leavingOut leftOut: Set<Int> = [])
  {
    guard limit > 0, !columns.isEmpty else { return }
    let values = columns[column]
    // Most rows are not among the worst: one comparison is all that they may cost.
    var threshold = rows.count == limit ? rows[limit - 1].values[column] : -Double.infinity
    for index in values.indices where rows.count < limit || values[index] > threshold {
      let value = values[index]
      guard !value.isNaN, !leftOut.contains(index) else { continue }
      // Equal values stand in the order of their rows.
      let place = rows.firstIndex { $0.values[column] < value } ?? rows.count
      rows.insert(WorstRow(row: first + index, values: columns.map { $0[index] }), at: place)
      if rows.count > limit { rows.removeLast() }
      if rows.count == limit { threshold = rows[limit - 1].values[column] }
    }
  }
}
