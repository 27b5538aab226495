/// What a stream has found of some rows, to be written and added up with that of others: the work of several machines.
///
/// Parts add up to what one stream over all rows finds: counts, means, variances and extremes to the last digit, or one;
/// quantiles as `Summary` says.
public struct EvaluationPart: Codable, Sendable {
  /// A row among the worst.
  private struct Row: Codable {
    let row: Int
    let values: [Double]
  }

  /// A row that is not valid.
  private struct Invalid: Codable {
    let row: Int
    let side: String
    let reason: String
  }

  /// The names of the measures, in the order asked for.
  public let measures: [String]
  /// How many nats one of the unit is.
  public let unitInNats: Double
  /// The number of the first row.
  public let firstRow: Int
  /// Rows of the part.
  public let rows: Int
  let leftOut: Int
  let summaries: [Summary]
  let groups: [GroupSums]?
  private let invalidCount: Int
  private let invalidRows: [Invalid]
  private let worst: [Row]
  private let worstLimit: Int

  /// What a stream has found.
  public init(_ stream: EvaluationStream) {
    measures = stream.measures.map(\.name)
    unitInNats = stream.unit.nats
    firstRow = stream.firstRow
    rows = stream.rows
    leftOut = stream.rowsLeftOut
    invalidCount = stream.diagnostics.invalidCount
    invalidRows = stream.diagnostics.invalidRows.map {
      Invalid(row: $0.row, side: $0.side.rawValue, reason: $0.reason.rawValue)
    }
    summaries = stream.measures.map { stream.summary(of: $0) }
    groups = stream.groupSums
    worst = stream.worstRows.map { Row(row: $0.row, values: $0.values) }
    worstLimit = stream.worstLimit
  }

  /// A stream over the rows of parts that follow each other.
  ///
  /// Where the parts know of groups of rows, by the same numbers, errors are clustered over all of them; such a stream takes
  /// no further rows.
  ///
  /// - Parameters:
  ///   - parts: in the order of their rows, at least one.
  ///   - unit: what they are in.
  /// - Throws: `KullbackError.unknownMeasure`; `.parts` where they are of other measures or units, or their rows do not follow
  ///   each other.
  public static func stream(
    joining parts: [EvaluationPart], unit: Unit
  ) throws(KullbackError) -> EvaluationStream {
    guard let first = parts.first else { throw .parts("there are none") }
    var measures: [Measure] = []
    for name in first.measures { measures.append(try Measure.named(name)) }
    try first.check()
    var stream = EvaluationStream(
      measures: measures, unit: unit, worstRows: first.worstLimit, firstRow: first.firstRow)
    for part in parts { try stream.add(part) }
    return stream
  }

  /// Refuses what no stream has found.
  func check() throws(KullbackError) {
    let numbers = [firstRow, rows, leftOut, invalidCount, worstLimit] + worst.map(\.row)
    guard numbers.allSatisfy({ (0...1 << 48).contains($0) }), worst.count <= worstLimit else {
      throw .parts("one has counts that nothing has")
    }
    guard summaries.count == measures.count,
      worst.allSatisfy({ $0.values.count == measures.count }),
      summaries.allSatisfy({ $0.count + $0.invalid + leftOut == rows }),
      groups.map({ $0.map(\.rowCount) == summaries.map(\.count) }) ?? true
    else { throw .parts("one does not say of every row what became of it") }
  }

  /// The rows that are worst.
  var worstRows: [WorstRow] { worst.map { WorstRow(row: $0.row, values: $0.values) } }

  /// What was wrong with rows.
  var diagnostics: Diagnostics {
    var result = Diagnostics()
    result.invalidCount = invalidCount
    result.invalidRows = invalidRows.compactMap { entry in
      guard let side = Side(rawValue: entry.side),
        let reason = InvalidReason(rawValue: entry.reason)
      else { return nil }
      return InvalidRow(row: entry.row, side: side, reason: reason)
    }
    return result
  }
}
