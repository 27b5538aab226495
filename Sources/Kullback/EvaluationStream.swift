internal import KullbackKernels
internal import Synchronization

/// Evaluates blocks of rows one after the other and keeps only summaries, so that neither inputs nor
/// results need to fit in memory.
///
/// Blocks are pairs of sets, class labels with a model, sets whose entropies are wanted, or values that were found
/// elsewhere. What is kept of them is a summary of each measure, the rows with the largest values where that is
/// asked for, and what was wrong with rows.
public struct EvaluationStream: Sendable {
  /// The measures, in the order asked for.
  public let measures: [Measure]
  /// What values, summaries and the worst rows are in.
  public let unit: Unit
  /// The number of the first row.
  public let firstRow: Int
  /// Rows evaluated so far.
  public private(set) var rows = 0
  /// Those of them that are in no summary: rows with an ignored label.
  public private(set) var rowsLeftOut = 0
  /// Rows that could not be evaluated, so far.
  public private(set) var diagnostics = Diagnostics()
  /// Which rows may depend on each other, where that is known.
  public let groups: RowGroups?
  private var summaries: [Summary]
  private var sums: [GroupSums]
  private var worst: WorstRows
  private var labels = (sum: 0.0, weight: 0.0)
  private let threads: Int?

  /// A stream that has seen no rows.
  ///
  /// - Parameters:
  ///   - measures: what to compute of every row.
  ///   - unit: what values are in.
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - exactLimit: how many values of each measure are held for exact quantiles; beyond, their
  ///     relative error is at most 0.05 %. Memory: 8 bytes for each.
  ///   - worstRows: how many of the rows that are worst by `worstBy` are kept.
  ///   - firstRow: the number of the first row.
  ///   - groups: which rows, by their numbers, may depend on each other: see `clusteredError(of:)`.
  public init(
    measures: [Measure] = Measure.oneRead, unit: Unit = .nats, threads: Int? = nil,
    exactLimit: Int = Summary.defaultExactLimit, worstRows: Int = 0, firstRow: Int = 0,
    groups: RowGroups? = nil
  ) {
    self.measures = measures
    self.unit = unit
    self.firstRow = firstRow
    self.threads = threads
    self.groups = groups
    summaries = measures.map { _ in Summary(exactLimit: exactLimit) }
    sums = groups.map { groups in measures.map { _ in GroupSums(groups) } } ?? []
    let leading = EvaluationStream.leading(measures)
    worst = WorstRows(
      limit: worstRows, column: leading, measure: measures.isEmpty ? nil : measures[leading])
  }

  /// Evaluates the next block of rows, takes it into the summaries and returns its results.
  ///
  /// - Parameters:
  ///   - target: the distributions p.
  ///   - model: the distributions q.
  ///   - leftOut: rows that are in no summary and have the value NaN, counted from the block's first: padding, prompts.
  ///   - progress: called after every part of the block with its rows done so far and in all.
  /// - Throws: as `evaluate(target:model:measures:firstRow:threads:progress:)`.
  @discardableResult
  public mutating func add(
    target: DistributionSet, model: DistributionSet, leavingOut leftOut: Set<Int> = [],
    progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> Evaluation {
    let sets = try MatchedSets(target: target, model: model, threads: threads)
    let results = try sets.run(measures.map(\.source), progress)
    let reasons = results.reasons
    return add(
      values: measures.map { $0.values(in: results) }, blanking: leftOut,
      diagnostics: reasons.diagnostics(), reasons: reasons)
  }

  /// Takes the entropies of the next block of rows into the summary and returns them.
  ///
  /// - Parameters:
  ///   - set: the distributions.
  ///   - leftOut: rows that are in no summary and have the value NaN, counted from the block's first.
  /// - Precondition: the stream's one measure is `targetEntropy`.
  /// - Throws: as `evaluateEntropy(of:threads:)`.
  @discardableResult
  public mutating func add(
    entropiesOf set: DistributionSet, leavingOut leftOut: Set<Int> = []
  ) throws(KullbackError) -> Evaluation {
    precondition(measures == [.targetEntropy], "a stream of other measures")
    let entropies = try evaluateEntropy(of: set, threads: threads)
    return add(
      values: [entropies.values], blanking: leftOut, diagnostics: entropies.diagnostics,
      reasons: entropies.reasons)
  }

  /// Takes the cross entropies of class labels and the next block of rows into the summary and returns them.
  ///
  /// A row with an ignored label has the value 0, and is in no summary; one that is left out has NaN.
  ///
  /// - Precondition: the stream's one measure is `crossEntropy`.
  /// - Throws: as `evaluate(labels:model:smoothing:ignoring:classWeights:threads:)`.
  @discardableResult
  public mutating func add<Label: ClassLabel>(
    labels: [Label], model: DistributionSet, smoothing: Double = 0,
    ignoring ignored: Label? = nil, classWeights: [Double]? = nil,
    leavingOut blank: Set<Int> = []
  ) throws(KullbackError) -> Evaluation {
    precondition(measures == [.crossEntropy], "a stream of other measures")
    let scores = try evaluate(
      labels: labels, model: model, smoothing: smoothing, ignoring: ignored,
      classWeights: classWeights, threads: threads)
    for row in labels.indices where !scores.values[row].isNaN && !blank.contains(row) {
      self.labels.sum += scores.values[row]
      self.labels.weight += scores.weights[row]
    }
    let leftOut = ignored.map { ignored in labels.indices.filter { labels[$0] == ignored } } ?? []
    return add(
      values: [scores.values], leavingOut: Set(leftOut), blanking: blank,
      diagnostics: scores.diagnostics, reasons: scores.reasons)
  }

  /// Takes values of which some rows are to be in no summary, and have the value NaN.
  private mutating func add(
    values: [[Double]], leavingOut leftOut: Set<Int> = [], blanking blank: Set<Int>,
    diagnostics: Diagnostics, reasons: RowReasons
  ) -> Evaluation {
    let first = firstRow + rows
    guard !blank.isEmpty else {
      return take(
        values, rows: values.first?.count ?? 0, leavingOut: leftOut,
        diagnostics: diagnostics.renumbered(from: first), reasons: reasons)
    }
    var values = values
    let invalid = (values.first ?? []).indices.count { row in
      values[0][row].isNaN && !blank.contains(row)
    }
    for column in values.indices { for row in blank { values[column][row] = .nan } }
    var codes = reasons.codes
    for row in blank where codes.indices.contains(row) { codes[row] = 0 }
    return take(
      values, rows: values.first?.count ?? 0, leavingOut: leftOut.union(blank),
      diagnostics: diagnostics.leavingOut(blank, invalidCount: invalid).renumbered(from: first),
      reasons: RowReasons(codes: codes))
  }

  /// Takes values of the next block of rows that were found elsewhere, in closed form say.
  ///
  /// - Parameters:
  ///   - values: those of each measure, one a row, in nats (or in the root of nats); NaN where a row is not valid.
  ///   - leftOut: rows that are to be in no summary, counted from the block's first.
  ///   - diagnostics: what was wrong with rows, counted likewise.
  /// - Precondition: there are as many values of each measure.
  /// - Returns: the values in the stream's unit.
  @discardableResult
  public mutating func add(
    values: [[Double]], leavingOut leftOut: Set<Int> = [], diagnostics: Diagnostics = Diagnostics()
  ) -> Evaluation {
    precondition(values.count == measures.count, "values of other measures")
    let count = values.first?.count ?? 0
    precondition(values.allSatisfy { $0.count == count }, "measures with different rows")
    return take(
      values, rows: count, leavingOut: leftOut,
      diagnostics: diagnostics.renumbered(from: firstRow + rows), reasons: nil)
  }

  private mutating func take(
    _ values: [[Double]], rows count: Int, leavingOut leftOut: Set<Int> = [],
    diagnostics found: Diagnostics, reasons: RowReasons?
  ) -> Evaluation {
    let first = firstRow + rows
    let columns = zip(measures, values).map { measure, values in
      unit == .nats ? values : values.map { unit.value($0, of: measure.dimension) }
    }
    summarise(columns, firstRow: first, leavingOut: leftOut)
    for index in sums.indices {
      for (row, value) in columns[index].enumerated() where !value.isNaN && !leftOut.contains(row) {
        sums[index].add(value, row: first + row)
      }
    }
    worst.take(columns, firstRow: first, leavingOut: leftOut)
    diagnostics = diagnostics + found
    rows += count
    rowsLeftOut += leftOut.count
    return Evaluation(
      measures: measures, columns: columns, rows: count, unit: unit, firstRow: first,
      diagnostics: found, reasons: reasons)
  }

  /// Adds each measure's values to its summary: several at a time, as one after the other takes long beside the kernels.
  private mutating func summarise(
    _ columns: [[Double]], firstRow first: Int, leavingOut leftOut: Set<Int>
  ) {
    let shared = summaries.map(SharedSummary.init)
    // So that each has one owner, and is added to where it is.
    summaries = []
    let isSmall = columns.reduce(0) { $0 + $1.count } < 1 << 14
    Threads.parallel(tasks: columns.count, threads: isSmall ? 1 : threads ?? Threads.default) {
      index in
      shared[index].summary.withLock {
        $0.add(columns[index], firstRow: first, leavingOut: leftOut)
      }
    }
    summaries = shared.map { $0.summary.withLock { $0 } }
  }

  /// The summary of a measure over all rows so far.
  ///
  /// - Precondition: the measure was asked for.
  public func summary(of measure: Measure) -> Summary {
    guard let index = measures.firstIndex(of: measure) else {
      preconditionFailure("\(measure.name) was not asked for")
    }
    return summaries[index]
  }

  /// The standard error of a measure's mean where rows of one group may depend on each other; nil without groups, NaN of
  /// fewer than two.
  ///
  ///     √(G / (G - 1) Σ over groups (Σ of its rows (x - mean))²) / n
  ///
  /// - Precondition: the measure was asked for.
  ///
  /// Source: Liang and Zeger 1986, Biometrika 73; Cameron and Miller 2015, Journal of Human Resources 50.
  public func clusteredError(of measure: Measure) -> Double? {
    guard let index = measures.firstIndex(of: measure) else {
      preconditionFailure("\(measure.name) was not asked for")
    }
    return sums.isEmpty ? nil : sums[index].varianceOfMean.squareRoot()
  }

  /// Groups with a row that counts in a measure's mean; nil without groups.
  ///
  /// - Precondition: the measure was asked for.
  public func groupCount(of measure: Measure) -> Int? {
    guard let index = measures.firstIndex(of: measure) else {
      preconditionFailure("\(measure.name) was not asked for")
    }
    return sums.isEmpty ? nil : sums[index].count
  }

  /// How many of the worst rows are kept.
  var worstLimit: Int { worst.limit }

  /// Takes what was found of the rows that follow, here or elsewhere.
  ///
  /// - Parameter part: what was found, of the same measures in the same unit.
  /// - Throws: `KullbackError.parts` where it is of others, or of other rows, or contradicts itself.
  public mutating func add(_ part: EvaluationPart) throws(KullbackError) {
    try part.check()
    guard part.measures == measures.map(\.name), part.unitInNats == unit.nats else {
      throw .parts("they are of other measures, or in other units")
    }
    guard part.firstRow == firstRow + rows else {
      throw .parts("rows from \(firstRow + rows) on are missing, or there twice")
    }
    if rows == 0, sums.isEmpty {
      sums = part.groups ?? []
    } else {
      guard sums.isEmpty == (part.groups ?? []).isEmpty else {
        throw .parts("only some have groups of rows")
      }
      sums = zip(sums, part.groups ?? []).map { $0 + $1 }
    }
    summaries = zip(summaries, part.summaries).map { $0 + $1 }
    for row in part.worstRows { worst.take(row.values.map { [$0] }, firstRow: row.row) }
    diagnostics = diagnostics + part.diagnostics
    rows += part.rows
    rowsLeftOut += part.leftOut
  }

  /// What is known of groups of rows, of each measure.
  var groupSums: [GroupSums]? { sums.isEmpty ? nil : sums }

  /// The rows with the largest values of `worstBy` so far, of an agreement the smallest: as many as were asked for.
  ///
  /// The worst is first, and equal ones are in order. Rows that are left out of summaries are not among them, nor are
  /// those in which both sides agree: a divergence of 0, an agreement of 1.
  public var worstRows: [WorstRow] { worst.rows }

  /// What the worst rows go by: the first divergence among the measures, or the first measure; nil without any.
  public var worstBy: Measure? {
    measures.isEmpty ? nil : measures[EvaluationStream.leading(measures)]
  }

  private static func leading(_ measures: [Measure]) -> Int {
    measures.firstIndex(where: \.isDivergence) ?? 0
  }

  /// Σ values / Σ weights over the valid rows of labels so far, the weight of a row being that of its label's class;
  /// NaN where the weights sum to 0.
  public var weightedMean: Double {
    labels.weight > 0 ? unit.value(labels.sum / labels.weight, of: .information) : .nan
  }
}

/// A summary that a thread adds to.
private final class SharedSummary: Sendable {
  let summary: Mutex<Summary>

  init(_ summary: Summary) {
    self.summary = Mutex(summary)
  }
}

extension Summary {
  fileprivate mutating func add(_ values: [Double], firstRow: Int, leavingOut rows: Set<Int>) {
    guard !rows.isEmpty else {
      add(values, firstRow: firstRow)
      return
    }
    for (index, value) in values.enumerated() where !rows.contains(index) {
      add(value, row: firstRow + index)
    }
  }
}
