internal import KullbackKernels

/// The forward KL divergence of each row and its gradient with respect to the model's logits.
///
///     ∂D(p‖q)/∂b = (q - p) / T
///
/// - Shapes: as `forwardKL(target:model:threads:)`; the gradient has a row for each row of the result. The model
///   may have any form: the gradient is with respect to logits that give its distributions.
/// - Units: nats. The gradient carries the factor 1 / T of the model's temperature, once; to keep it
///   comparable with that at T = 1, multiply by T² as distillation does (Hinton, Vinyals and Dean 2015).
/// - Special values: an invalid row's gradient is NaN.
/// - Accuracy: within 4e-6 (4e-12 where both sets are `Double`) of each element or, where p and q differ
///   much, of the larger of p and q, and 1e-6 √D (1e-12 √D) and 2⁻⁵² of that, with the smaller D of the two
///   directions. Alike rows do not cancel.
/// - Complexity: one read of each set from memory and one write.
/// - Throws: `KullbackError.shapeMismatch`, `.invalidThreads`, `.instructionSet`.
public func forwardKLGradient(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> Gradient<Float> {
  try gradient(.divergence, .divergence, target, model, threads)
}

/// The forward KL divergence and its gradient, with elements of the type asked for.
///
/// As `forwardKLGradient(target:model:threads:)`.
///
/// - Throws: as that.
public func forwardKLGradient<Element: LogitElement>(
  target: DistributionSet, model: DistributionSet, as type: Element.Type, threads: Int? = nil
) throws -> Gradient<Element> {
  try gradient(.divergence, .divergence, target, model, threads)
}

/// The reverse KL divergence of each row and its gradient with respect to the model's logits.
///
///     ∂D(q‖p)/∂b = q (log q - log p - D(q‖p)) / T
///
/// The entropy of the model depends on its logits, so that both terms of D(q‖p) = H(q,p) - H(q) are in
/// it. Shapes, units and errors are those of `forwardKLGradient(target:model:threads:)`.
///
/// - Special values: where D(q‖p) is infinite or the row is invalid, the gradient is NaN.
/// - Accuracy: within 4e-6 (4e-12) of q (|log q - log p| + D), and 1e-6 √D (1e-12 √D) and 2⁻⁵² of q. The last but
///   one is what the rounding of the normalisers' ratio leaves in every class: it is relative to what log q - log p
///   is in most, which for alike rows is near √(2D), not to what it is in one.
/// - Throws: as that.
public func reverseKLGradient(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> Gradient<Float> {
  try gradient(.reversedDivergence, .reversedDivergence, target, model, threads)
}

/// The reverse KL divergence and its gradient, with elements of the type asked for.
///
/// As `reverseKLGradient(target:model:threads:)`.
///
/// - Throws: as that.
public func reverseKLGradient<Element: LogitElement>(
  target: DistributionSet, model: DistributionSet, as type: Element.Type, threads: Int? = nil
) throws -> Gradient<Element> {
  try gradient(.reversedDivergence, .reversedDivergence, target, model, threads)
}

/// The cross entropy H(target,model) of each row and its gradient with respect to the model's logits.
///
/// The gradient is that of the forward divergence: H(target) does not depend on the model. Shapes,
/// units and errors are those of `forwardKLGradient(target:model:threads:)`.
///
/// - Throws: as that.
public func crossEntropyGradient(
  target: DistributionSet, model: DistributionSet, threads: Int? = nil
) throws -> Gradient<Float> {
  try gradient(.divergence, .crossEntropy, target, model, threads)
}

/// The cross entropy and its gradient, with elements of the type asked for.
///
/// As `crossEntropyGradient(target:model:threads:)`.
///
/// - Throws: as that.
public func crossEntropyGradient<Element: LogitElement>(
  target: DistributionSet, model: DistributionSet, as type: Element.Type, threads: Int? = nil
) throws -> Gradient<Element> {
  try gradient(.divergence, .crossEntropy, target, model, threads)
}

private func gradient<Element: LogitElement>(
  _ gradient: PairGradient, _ quantity: PairQuantity, _ target: DistributionSet,
  _ model: DistributionSet, _ threads: Int?
) throws -> Gradient<Element> {
  let sets = try MatchedSets(target: target, model: model, threads: threads)
  let (results, matrix) = evaluatePairs(
    sets.target, sets.model, rows: sets.rows, gradient: gradient, as: Element.self,
    threads: sets.threads)
  return Gradient(
    values: results[quantity], gradient: matrix,
    diagnostics: RowReasons(codes: results.statusBytes).diagnostics())
}

/// A measure of every row, and its gradient with respect to the model's logits into memory that is there already.
///
/// As `forwardKLGradient(target:model:threads:)` and its like, in blocks of rows. When this throws, some of the gradient
/// is there.
///
/// - Parameters:
///   - measure: `.forwardKL`, `.reverseKL` or `.crossEntropy`.
///   - target: the distributions p.
///   - model: the distributions q.
///   - gradient: a row for each row of the result, a column for each class.
///   - threads: how many to use; by default the processors that this process may run on.
///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
/// - Returns: the values in nats, and what became of every row.
/// - Throws: as those; `KullbackError.noGradient` for another measure, `.resultShape` for a matrix of another shape, and
///   `CancellationError` when the current task is cancelled.
@discardableResult
public func gradient<Element: LogitElement>(
  of measure: Measure, target: DistributionSet, model: DistributionSet,
  into gradient: inout Matrix<Element>, threads: Int? = nil,
  progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
) throws -> RowValues {
  let kinds: [Measure: (PairGradient, PairQuantity)] = [
    .forwardKL: (.divergence, .divergence),
    .reverseKL: (.reversedDivergence, .reversedDivergence),
    .crossEntropy: (.divergence, .crossEntropy),
  ]
  guard let (kind, quantity) = kinds[measure] else { throw KullbackError.noGradient(measure.name) }
  let sets = try MatchedSets(target: target, model: model, threads: threads)
  let expected = Shape(rows: sets.rows, columns: model.classes)
  let given = Shape(rows: gradient.rows, columns: gradient.columns)
  guard expected == given else {
    throw KullbackError.resultShape(expected: expected, given: given)
  }
  var values: [Double] = []
  var codes: [UInt8] = []
  try sets.forEachBlock(progress) { first, second, rows in
    let results = evaluatePairs(
      first, second, rows: rows.count, gradient: kind, into: &gradient, at: rows.lowerBound,
      threads: sets.threads)
    values += results[quantity]
    codes += results.statusBytes
  }
  return RowValues(values: values, reasons: RowReasons(codes: codes))
}
