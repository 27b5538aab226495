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
  guard labels.count == model.count else {
    throw .labelCount(labels: labels.count, rows: model.count)
  }
  guard (0...1).contains(smoothing) else { throw .invalidLabelSmoothing(smoothing) }
  if let classWeights {
    let areGood = classWeights.allSatisfy { $0 >= 0 && $0.isFinite }
    guard areGood, classWeights.count == model.classes else {
      throw .invalidClassWeights(count: classWeights.count, classes: model.classes)
    }
  }
  let threads = try checked(threads: threads)
  try checkInstructionSet()
  let results = evaluateLabels(
    labels.map { Int64($0) }, model.operand(),
    scoring: LabelScoring(
      smoothing: smoothing, ignored: ignored.map { Int($0) }, classWeights: classWeights),
    threads: threads)
  var diagnostics = Diagnostics()
  for (row, status) in results.statuses.enumerated() where status != .valid {
    // A label is the target's, everything else the model's.
    let isLabel = status == .badLabel
    diagnostics.add(row: row, target: isLabel ? status : .valid, model: isLabel ? .valid : status)
  }
  return LabelEvaluation(
    values: results.values, weights: results.weights, diagnostics: diagnostics)
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
