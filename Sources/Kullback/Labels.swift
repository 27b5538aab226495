internal import KullbackKernels

/// Evaluates the cross entropy of class labels against the rows of a model.
///
///     value = (1 - s) w_y (-log q_y) + s/K Σ w_k (-log q_k)        weight = w_y
///
/// With label y, label smoothing s, class weights w and K classes. An ignored label comes before
/// everything else: its row scores 0 with weight 0, whatever it holds. Smoothing then mixes the label
/// with the uniform distribution, and each class's term takes that class's weight. This is PyTorch's
/// `cross_entropy`: its mean is `LabelEvaluation.mean`.
///
/// - Shapes: a label for each row, counted from 0; a weight for each class.
/// - Units: nats.
/// - Special values: +inf where the model gives a class no mass that the label gives some; NaN and a
///   diagnostic for an invalid row and for a label out of range.
/// - Accuracy: relative error at most 1e-6 (`Float` and narrower), 1e-13 (`Double`).
/// - Complexity: one read of the model, with smoothing a second one from cache; 17 bytes a row.
/// - Throws: `KullbackError.labelCount`, `.invalidLabelSmoothing`, `.invalidClassWeights`,
///   `.invalidThreads`, `.instructionSet`.
public func evaluate<Label: ClassLabel>(
  labels: [Label], model: DistributionSet, smoothing: Double = 0, ignoring ignored: Label? = nil,
  classWeights: [Double]? = nil, threads: Int? = nil
) throws(KullbackError) -> LabelEvaluation {
  let scorer = try LabelScorer(
    labels, model, smoothing: smoothing, ignoring: ignored, classWeights: classWeights,
    threads: threads)
  return LabelEvaluation([scorer.score(0..<labels.count)])
}

/// Evaluates the cross entropy of class labels against the rows of a model, in blocks of rows.
///
/// As `evaluate(labels:model:smoothing:ignoring:classWeights:threads:)`.
///
/// - Parameters:
///   - labels: a class for each row.
///   - model: the distributions q.
///   - smoothing: the share of the label that all classes get alike.
///   - ignored: the label whose rows count nothing.
///   - classWeights: a factor for each class.
///   - threads: how many to use; by default the processors that this process may run on.
///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
/// - Throws: as that, and `CancellationError` when the current task is cancelled.
public func evaluate<Label: ClassLabel>(
  labels: [Label], model: DistributionSet, smoothing: Double = 0, ignoring ignored: Label? = nil,
  classWeights: [Double]? = nil, threads: Int? = nil,
  progress: (_ done: Int, _ total: Int) throws -> Void
) throws -> LabelEvaluation {
  let scorer = try LabelScorer(
    labels, model, smoothing: smoothing, ignoring: ignored, classWeights: classWeights,
    threads: threads)
  var parts: [LabelResults] = []
  try model.forEachBlock(progress) { parts.append(scorer.score($0)) }
  return LabelEvaluation(parts)
}

/// Labels and a model that fit together.
private struct LabelScorer {
  private let labels: [Int64]
  private let model: DistributionSet
  private let scoring: LabelScoring
  private let threads: Int

  init<Label: ClassLabel>(
    _ labels: [Label], _ model: DistributionSet, smoothing: Double, ignoring ignored: Label?,
    classWeights: [Double]?, threads: Int?
  ) throws(KullbackError) {
    try Self.check(labels.count, model, smoothing: smoothing, classWeights: classWeights)
    self.threads = try checked(threads: threads)
    try checkInstructionSet()
    self.labels = labels.map { Int64($0) }
    self.model = model
    scoring = LabelScoring(
      smoothing: smoothing, ignored: ignored.map { Int($0) }, classWeights: classWeights)
  }

  private static func check(
    _ labels: Int, _ model: DistributionSet, smoothing: Double, classWeights: [Double]?
  ) throws(KullbackError) {
    guard labels == model.count else { throw .labelCount(labels: labels, rows: model.count) }
    guard (0...1).contains(smoothing) else { throw .invalidLabelSmoothing(smoothing) }
    guard let classWeights else { return }
    let areGood = classWeights.allSatisfy { $0 >= 0 && $0.isFinite }
    guard areGood, classWeights.count == model.classes else {
      throw .invalidClassWeights(count: classWeights.count, classes: model.classes)
    }
  }

  func score(_ rows: Range<Int>) -> LabelResults {
    let isWhole = rows.count == labels.count
    return evaluateLabels(
      isWhole ? labels : Array(labels[rows]), (isWhole ? model : model[rows]).operand(),
      scoring: scoring, threads: threads)
  }
}

extension LabelEvaluation {
  /// The results of blocks of rows that follow each other.
  fileprivate init(_ parts: [LabelResults]) {
    values = parts.flatMap(\.values)
    weights = parts.flatMap(\.weights)
    // A label is the target's, everything else the model's.
    reasons = RowReasons(
      codes: parts.flatMap(\.statuses).map {
        $0 == .badLabel ? $0.rawValue : $0.rawValue << 4
      })
    diagnostics = reasons.diagnostics()
  }
}
/// The cross entropy of each class label and the same row of a model.
///
/// The values of `evaluate(labels:model:smoothing:ignoring:classWeights:threads:)`, where the formula
/// and special values are stated.
///
/// - Throws: as that.
public func crossEntropy<Label: ClassLabel>(
  labels: [Label], model: DistributionSet, smoothing: Double = 0, ignoring ignored: Label? = nil,
  classWeights: [Double]? = nil, threads: Int? = nil
) throws(KullbackError) -> [Double] {
  try evaluate(
    labels: labels, model: model, smoothing: smoothing, ignoring: ignored,
    classWeights: classWeights, threads: threads
  ).values
}
