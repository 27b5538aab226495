/// The results of comparing a target with a model, row by row.
public struct Evaluation: Sendable {
  /// The measures, in the order asked for.
  public let measures: [Measure]
  /// What values are in: nats, but for blocks of a stream with another unit.
  public let unit: Unit
  /// Rows.
  public let rows: Int
  /// The number of the first row: above 0 for a block of a larger set.
  public let firstRow: Int
  /// Rows that could not be evaluated.
  public let diagnostics: Diagnostics
  /// What became of every row; nil of values that were found elsewhere, of which the diagnostics are all that is known.
  public let reasons: RowReasons?
  private let values: Values

  private enum Values: Sendable {
    case found(PairValues)
    /// Of each measure.
    case columns([[Double]])
  }

  init(measures: [Measure], results: PairValues, firstRow: Int) {
    self.measures = measures
    unit = .nats
    self.firstRow = firstRow
    rows = results.rows
    let reasons = results.reasons
    self.reasons = reasons
    diagnostics = reasons.diagnostics(firstRow: firstRow)
    values = .found(results)
  }

  init(
    measures: [Measure], columns: [[Double]], rows: Int, unit: Unit, firstRow: Int,
    diagnostics: Diagnostics, reasons: RowReasons?
  ) {
    self.measures = measures
    self.unit = unit
    self.firstRow = firstRow
    self.rows = rows
    self.diagnostics = diagnostics
    self.reasons = reasons
    values = .columns(columns)
  }

  /// The values of a measure that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: the measure was asked for.
  public subscript(_ measure: Measure) -> [Double] {
    guard let index = measures.firstIndex(of: measure) else {
      preconditionFailure("\(measure.name) was not asked for")
    }
    switch values {
    case .found(let results): return measure.values(in: results)
    case .columns(let columns): return columns[index]
    }
  }

  /// The summary of a measure that was asked for.
  public func summary(
    of measure: Measure, exactLimit: Int = Summary.defaultExactLimit
  ) -> Summary {
    Summary(self[measure], firstRow: firstRow, exactLimit: exactLimit)
  }
}

extension Measure {
  /// Its values in nats, one a row, by what the kernels found.
  func values(in results: PairValues) -> [Double] {
    let values = results[source]
    return isPlain ? values : values.map(transform)
  }
}
