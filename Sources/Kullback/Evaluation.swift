/// The results of comparing a target with a model, row by row, in nats.
public struct Evaluation: Sendable {
  /// The measures, in the order asked for.
  public let measures: [Measure]
  /// Rows.
  public let rows: Int
  /// The number of the first row: above 0 for a block of a larger set.
  public let firstRow: Int
  /// Rows that could not be evaluated.
  public let diagnostics: Diagnostics
  private let results: PairValues

  init(measures: [Measure], results: PairValues, firstRow: Int) {
    self.measures = measures
    self.results = results
    self.firstRow = firstRow
    rows = results.rows
    diagnostics = results.diagnostics(firstRow: firstRow)
  }

  /// The values of a measure that was asked for, one a row; NaN where a row is not valid.
  ///
  /// - Precondition: the measure was asked for.
  public subscript(_ measure: Measure) -> [Double] {
    precondition(measures.contains(measure), "\(measure.name) was not asked for")
    let values = results[measure.source]
    return measure.isPlain ? values : values.map(measure.transform)
  }

  /// The summary of a measure that was asked for.
  public func summary(
    of measure: Measure, exactLimit: Int = Summary.defaultExactLimit
  ) -> Summary {
    Summary(self[measure], firstRow: firstRow, exactLimit: exactLimit)
  }
}
