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
  /// Either array has one element for each pair, or one for all.
  static func divergences(
    targets: [Self], models: [Self]
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

  /// The divergences pair by pair.
  ///
  /// - Throws: what `divergence(to:)` throws of a pair.
  public static func divergences(
    targets: [Self], models: [Self]
  ) throws(InferenceError) -> [Double] {
    try broadcast(targets, models) { (target, model) throws(InferenceError) in
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
/// - Throws: `InferenceError.lengthMismatch`; what the family refuses of a pair.
public func forwardKL<Family: DistributionFamily>(
  target: [Family], model: [Family]
) throws(InferenceError) -> [Double] {
  try checkBroadcast(target.count, model.count)
  return try Family.divergences(targets: target, models: model)
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
  target: [Family], model: [Family]
) throws(InferenceError) -> [Double] {
  try forwardKL(target: model, model: target)
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
public func entropy<Family: DistributionFamily>(of distributions: [Family]) -> [Double] {
  distributions.map(\.entropy)
}

/// The cross entropy H(target,model) of each pair of two distributions of a family.
///
/// - Shapes and units: those of `forwardKL(target:model:)`.
/// - Throws: as that; `InferenceError.outOfRange` where it is a difference of infinities.
public func crossEntropy<Family: DistributionFamily>(
  target: [Family], model: [Family]
) throws(InferenceError) -> [Double] {
  try checkBroadcast(target.count, model.count)
  return try broadcast(target, model) { (target, model) throws(InferenceError) in
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

/// Calls for every pair, an array of one element standing for as many as the other has.
private func broadcast<Family>(
  _ targets: [Family], _ models: [Family],
  _ body: (Family, Family) throws(InferenceError) -> Double
) throws(InferenceError) -> [Double] {
  let count = targets.count == 1 ? models.count : targets.count
  var results: [Double] = []
  results.reserveCapacity(count)
  for index in 0..<count {
    results.append(
      try body(
        targets[targets.count == 1 ? 0 : index], models[models.count == 1 ? 0 : index]))
  }
  return results
}
