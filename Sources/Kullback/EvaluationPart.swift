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
  private let leftOut: Int
  private let invalidCount: Int
  private let invalidRows: [Invalid]
  private let summaries: [Summary]
  private let worst: [Row]
  private let worstLimit: Int

  /// What a stream has found.
  ///
  /// - Precondition: the stream has no groups of rows, whose sums are not among what is written.
  public init(_ stream: EvaluationStream) {
    precondition(stream.groups == nil, "a stream with groups of rows")
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
    worst = stream.worstRows.map { Row(row: $0.row, values: $0.values) }
    worstLimit = stream.worstLimit
  }

  /// A stream over the rows of parts that follow each other.
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
    var stream = EvaluationStream(
      measures: measures, unit: unit, worstRows: first.worstLimit, firstRow: first.firstRow)
    for part in parts {
      guard part.isSound else { throw .parts("one has counts that nothing has") }
      guard part.measures == first.measures, part.unitInNats == unit.nats else {
        throw .parts("they are of other measures, or in other units")
      }
      guard part.firstRow == stream.firstRow + stream.rows else {
        throw .parts("rows from \(stream.firstRow + stream.rows) on are missing, or there twice")
      }
      guard part.summaries.count == measures.count,
        part.worst.allSatisfy({ $0.values.count == measures.count }),
        part.summaries.allSatisfy({ $0.count + $0.invalid + part.leftOut == part.rows })
      else { throw .parts("one does not say of every row what became of it") }
      stream.take(
        part.summaries, rows: part.rows, leftOut: part.leftOut, diagnostics: part.diagnostics,
        worst: part.worst.map { WorstRow(row: $0.row, values: $0.values) })
    }
    return stream
  }

  /// Whether numbers are such as rows have.
  private var isSound: Bool {
    let rows = [firstRow, rows, leftOut, invalidCount, worstLimit] + worst.map(\.row)
    return rows.allSatisfy { (0...1 << 48).contains($0) } && worst.count <= worstLimit
  }

  private var diagnostics: Diagnostics {
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
