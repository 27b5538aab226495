/// What rows with a right class say of a target and a model, block by block: perplexities, and the right class's rank
/// on both sides.
///
/// Only summaries are kept, so that the rows need not fit in memory. Comparisons of parts add up with `+`, and can be
/// written: one that was read takes no further rows, but adds up with one that does, on its left.
public struct LabelComparison: Sendable {
  /// The perplexities, and the change of the right class's probability.
  public private(set) var perplexity: PerplexityComparison
  /// The right class's ranks in the target.
  public private(set) var targetRanks: RankSummary
  /// The right class's ranks in the model.
  public private(set) var modelRanks: RankSummary
  /// Rows with an ignored label, which are in nothing.
  public private(set) var ignored = 0
  private let threads: Int?

  /// The comparison of no rows.
  ///
  /// - Parameters:
  ///   - groups: which rows may depend on each other, where that is known.
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - exactLimit: how many changes of probabilities are held for exact quantiles.
  public init(
    groups: RowGroups? = nil, threads: Int? = nil, exactLimit: Int = Summary.defaultExactLimit
  ) {
    self.threads = threads
    perplexity = PerplexityComparison(groups: groups, exactLimit: exactLimit)
    (targetRanks, modelRanks) = (RankSummary(groups: groups), RankSummary(groups: groups))
  }

  /// Takes further rows.
  ///
  /// - Parameters:
  ///   - labels: the right class of each row, counted from 0; one out of range makes the row not valid.
  ///   - target: the distributions p, one a row or a single one.
  ///   - model: the distributions q likewise.
  ///   - ignored: the label of rows that are left out.
  ///   - firstRow: the number of the first row.
  /// - Precondition: where there are groups each row has one.
  /// - Throws: `KullbackError.labelCount`, `.invalidThreads`, `.instructionSet`.
  public mutating func add<Label: ClassLabel>(
    labels: [Label], target: DistributionSet, model: DistributionSet,
    ignoring ignored: Label? = nil, firstRow: Int = 0
  ) throws(KullbackError) {
    var (a, b) = (
      try surprises(ofLabels: labels, in: target, threads: threads),
      try surprises(ofLabels: labels, in: model, threads: threads)
    )
    // A row that only one side has counts on neither.
    for row in labels.indices where a[row].isNaN || b[row].isNaN {
      (a[row], b[row]) = (.nan, .nan)
    }
    var first = try ranks(ofLabels: labels, in: target, scores: a, threads: threads)
    var second = try ranks(ofLabels: labels, in: model, scores: b, threads: threads)
    var rows = Array(labels.indices)
    if let ignored {
      rows.removeAll { labels[$0] == ignored }
      self.ignored += labels.count - rows.count
      (a, b) = (rows.map { a[$0] }, rows.map { b[$0] })
      (first, second) = (rows.map { first[$0] }, rows.map { second[$0] })
    }
    let numbers = rows.map { firstRow + $0 }
    perplexity.add(target: a, model: b, rows: numbers)
    targetRanks.add(first, rows: numbers)
    modelRanks.add(second, rows: numbers)
  }

  /// The comparison of both parts' rows.
  public static func + (left: LabelComparison, right: LabelComparison) -> LabelComparison {
    var result = left
    result.perplexity = left.perplexity + right.perplexity
    result.targetRanks = left.targetRanks + right.targetRanks
    result.modelRanks = left.modelRanks + right.modelRanks
    result.ignored += right.ignored
    return result
  }
}

/// As a comparison is written: perplexity, targetRanks, modelRanks and ignored.
extension LabelComparison: Codable {
  private enum Key: String, CodingKey {
    case perplexity, targetRanks, modelRanks, ignored
  }

  /// Reads a comparison.
  ///
  /// - Throws: `DecodingError` for what no comparison is written as.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    self.init()
    perplexity = try container.decode(PerplexityComparison.self, forKey: .perplexity)
    targetRanks = try container.decode(RankSummary.self, forKey: .targetRanks)
    modelRanks = try container.decode(RankSummary.self, forKey: .modelRanks)
    ignored = try container.decode(Int.self, forKey: .ignored)
    guard perplexity.isSound, targetRanks.isSound, modelRanks.isSound,
      (0...1 << 48).contains(ignored)
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .perplexity, in: container, debugDescription: "numbers of other rows")
    }
  }

  /// Writes the comparison.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(perplexity, forKey: .perplexity)
    try container.encode(targetRanks, forKey: .targetRanks)
    try container.encode(modelRanks, forKey: .modelRanks)
    try container.encode(ignored, forKey: .ignored)
  }
}
