/// A parametric family of distributions whose entropies and divergences have closed forms.
///
/// Values are in nats; those of continuous families are differential entropies, which may be negative.
public protocol DistributionFamily: Sendable {
  /// The entropy H(p) of this distribution.
  var entropy: Double { get }

  /// The cross entropy H(p,q) of this distribution p with a model q.
  func crossEntropy(to model: Self) throws(InferenceError) -> Double

  /// The divergence D(p‖q) of this distribution p from a model q, which keeps its digits near equality.
  func divergence(to model: Self) throws(InferenceError) -> Double

  /// The divergences of many pairs.
  ///
  /// A family for which a batch is cheaper than its pairs gives its own; the default takes pair by pair.
  /// Either array has one element for each pair, or one for all; no number of threads means all processors.
  static func divergences(
    targets: [Self], models: [Self], threads: Int?
  ) throws(InferenceError) -> [Double]
}

extension DistributionFamily {
  /// The cross entropy as H(p) + D(p‖q), for a family that gives no formula of its own.
  ///
  /// - Accuracy: rounding of the larger of the two terms.
  /// - Throws: `InferenceError.outOfRange` where the entropy is -inf and the divergence +inf: what their sum would
  ///   be cannot be told.
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., theorem 5.4.3.
  public func crossEntropy(to model: Self) throws(InferenceError) -> Double {
    try KullbackInference.crossEntropy(entropy, plus: divergence(to: model))
  }

  /// The divergences pair by pair, many of them divided over threads.
  ///
  /// - Throws: `InferenceError.invalidParameter` for no threads; what `divergence(to:)` throws of the first pair that it
  ///   refuses.
  public static func divergences(
    targets: [Self], models: [Self], threads: Int? = nil
  ) throws(InferenceError) -> [Double] {
    try broadcast(targets, models, threads: threads) { (target, model) throws(InferenceError) in
      try target.divergence(to: model)
    }
  }
}

/// H(p) + D(p‖q), refused where both left the range of numbers to either side.
func crossEntropy(
  _ entropy: Double, plus divergence: Double
) throws(InferenceError) -> Double {
  let sum = entropy + divergence
  guard !sum.isNaN else { throw .outOfRange("cross entropy") }
  return sum
}

/// The forward KL divergence D(target‖model) of each pair of two distributions of a family.
///
/// - Shapes: both arrays have as many elements, or one of them has one, which stands for all.
/// - Units: nats.
/// - Special values: +inf where the target has mass that the model has not.
/// - Accuracy: relative error at most 1e-9, near equality of the parameters too.
/// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` for no threads; what the family refuses of a pair.
public func forwardKL<Family: DistributionFamily>(
  target: [Family], model: [Family], threads: Int? = nil
) throws(InferenceError) -> [Double] {
  try checkBroadcast(target.count, model.count)
  return try Family.divergences(targets: target, models: model, threads: threads)
}

/// The forward KL divergence D(target‖model) of two distributions of a family.
///
/// As the form for many pairs.
///
/// - Throws: what the family refuses of the pair.
public func forwardKL<Family: DistributionFamily>(
  target: Family, model: Family
) throws(InferenceError) -> Double {
  try target.divergence(to: model)
}

/// The reverse KL divergence D(model‖target) of each pair of two distributions of a family.
///
/// Equal to `forwardKL(target: model, model: target)` bit for bit; shapes and units are its.
///
/// - Throws: as that.
public func reverseKL<Family: DistributionFamily>(
  target: [Family], model: [Family], threads: Int? = nil
) throws(InferenceError) -> [Double] {
  try forwardKL(target: model, model: target, threads: threads)
}

/// The reverse KL divergence D(model‖target) of two distributions of a family.
///
/// As the form for many pairs.
///
/// - Throws: what the family refuses of the pair.
public func reverseKL<Family: DistributionFamily>(
  target: Family, model: Family
) throws(InferenceError) -> Double {
  try model.divergence(to: target)
}

/// The entropy of each distribution of a family, in nats.
///
/// - Throws: `InferenceError.invalidParameter` for no threads.
public func entropy<Family: DistributionFamily>(
  of distributions: [Family], threads: Int? = nil
) throws(InferenceError) -> [Double] {
  inChunks(distributions.count, threads: try checked(threads: threads), atLeast: leastChunk) {
    distributions[$0].map(\.entropy)
  }
}

/// The cross entropy H(target,model) of each pair of two distributions of a family.
///
/// - Shapes and units: those of `forwardKL(target:model:threads:)`.
/// - Throws: as that; `InferenceError.outOfRange` where it is a difference of infinities.
public func crossEntropy<Family: DistributionFamily>(
  target: [Family], model: [Family], threads: Int? = nil
) throws(InferenceError) -> [Double] {
  try checkBroadcast(target.count, model.count)
  return try broadcast(target, model, threads: threads) { (target, model) throws(InferenceError) in
    try target.crossEntropy(to: model)
  }
}

/// The cross entropy H(target,model) of two distributions of a family, in nats.
///
/// As the form for many pairs.
///
/// - Throws: what the family refuses of the pair.
public func crossEntropy<Family: DistributionFamily>(
  target: Family, model: Family
) throws(InferenceError) -> Double {
  try target.crossEntropy(to: model)
}

/// Checks that both sides are as many, or one of them is one.
func checkBroadcast(_ targets: Int, _ models: Int) throws(InferenceError) {
  guard targets == models || targets == 1 || models == 1 else {
    throw .lengthMismatch("models", expected: targets, given: models)
  }
}

/// How many closed forms are worth a thread's while.
let leastChunk = 128

/// Calls for every pair, an array of one element standing for as many as the other has.
private func broadcast<Family: Sendable>(
  _ targets: [Family], _ models: [Family], threads: Int?,
  _ body: @Sendable (Family, Family) throws(InferenceError) -> Double
) throws(InferenceError) -> [Double] {
  let count = targets.count == 1 ? models.count : targets.count
  let results = inChunks(count, threads: try checked(threads: threads), atLeast: leastChunk) {
    $0.map { index in
      Result { () throws(InferenceError) in
        try body(
          targets[targets.count == 1 ? 0 : index], models[models.count == 1 ? 0 : index])
      }
    }
  }
  var values: [Double] = []
  values.reserveCapacity(count)
  for result in results { values.append(try result.get()) }
  return values
}
