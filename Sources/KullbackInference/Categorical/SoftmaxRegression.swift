public import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Fits class probabilities that depend on features by a linear map: softmax regression, also known as
/// multinomial logistic regression.
///
///     q(· | x) = softmax((x W + b) / T)
///
///     minimise  Σ w [λ D(p‖q) + (1 - λ) D(q‖p)] / Σ w  +  (penalty / 2) Σ W²
///
/// over W and b, with p the targets and w the rows' weights: D(p‖q) alone by default, D(q‖p) alone, or both
/// with the share λ of `objective`. The intercepts are not penalised. Minimising D(p‖q) to class labels is
/// maximum likelihood; to a matrix of distributions it is distillation.
///
/// The same objective as scikit-learn's `LogisticRegression(C=C)`: penalty = 1 / (C Σ w), which for rows
/// without weights is 1 / (C × rows); twice that for two classes, of which scikit-learn has one vector of weights,
/// the difference of these two. Gradients, and their tolerance, are those of the objective above, a
/// mean over rows.
///
/// What the distributions do not tell apart is settled: intercepts, and without a penalty weights, have a
/// mean of 0 over the classes.
///
/// The search is L-BFGS in coordinates in which the Hessian is near the identity: at first by the features'
/// second moments, which bound it (Böhning 1992), later by the blocks of the Hessian itself that belong to
/// one class each, of at most 4096 rows or 16 for each feature. Features of very different scales or strongly
/// correlated ones so cost few iterations. All arithmetic is in `Double`; features of other types are
/// converted once. The result has the same bits whatever the number of threads.
///
/// - Complexity: an iteration takes one evaluation as a rule, of 4 × rows × features × classes operations;
///   memory is that of some tiles of rows, beyond the features in `Double`. Without a penalty, where some margins are so
///   large that rows may be separable, it takes up to 300 more to tell.
///
/// Source: Böhning, *Multinomial logistic regression algorithm*, Ann. Inst. Statist. Math. 44 (1992) 197,
/// for the bound (1/2)(I - 11ᵀ/K) ⊗ Σ x xᵀ; Hinton, Vinyals and Dean, *Distilling the knowledge in a neural
/// network*, 2015.
public struct SoftmaxRegression: Sendable {
  /// What is minimised.
  public var objective = CategoricalObjective.forwardKL
  /// The factor of half the sum of squared weights, 0 or above.
  public var penalty = 0.0
  /// Divides the model's logits.
  public var temperature = 1.0
  /// Whether the model has intercepts; without, they are 0.
  public var hasIntercepts = true
  /// The share of each class label's mass that is spread evenly over all classes, in 0...1.
  public var labelSmoothing = 0.0
  /// The search: its tolerance of the gradient, and the most iterations.
  public var search = LBFGS()
  /// Threads; by default as many as there are processors.
  public var threads: Int?

  /// The rows of one product; for tests.
  var tileRows: Int?

  /// A regression by forward KL without a penalty.
  public init() {}

  /// Fits class labels.
  ///
  /// - Parameters:
  ///   - features: a row for each label; all must be finite.
  ///   - labels: the class of each row, from 0.
  ///   - classes: how many classes there are; by default as many as the largest label asks for.
  ///   - sampleWeights: a weight for each row, 0 or above; 1 where nil.
  ///   - report: is told of the start and of every iteration; what it throws ends the fit.
  /// - Returns: the model; whether it is the best one says `convergence`: `.separable` or
  ///   `.partlySeparable` where no best one exists.
  /// - Throws: `InferenceError` for data and options that are refused, with the row: `.lengthMismatch`,
  ///   `.labelOutOfRange`, `.notFinite`, `.invalidSampleWeight`, `.invalidParameter`, `.nothingToFit`, and
  ///   `.reverseKLToLabels` where reverse KL is asked for without label smoothing, `.oneClass` where all rows with
  ///   weight have the same label.
  public func fit(
    features: AnyMatrix, labels: [Int], classes: Int? = nil, sampleWeights: [Double]? = nil,
    report: (SoftmaxProgress) throws -> Void = { _ in }
  ) throws -> SoftmaxFit {
    guard (0...1).contains(labelSmoothing) else {
      throw InferenceError.invalidParameter("label smoothing", labelSmoothing, mustBe: "in 0...1")
    }
    guard labelSmoothing > 0 || objective.forwardShare == 1 else {
      throw InferenceError.reverseKLToLabels
    }
    let classes = classes ?? (labels.max() ?? -1) + 1
    try SoftmaxTargets.check(labels, classes: classes)
    let targets =
      labelSmoothing > 0
      ? SoftmaxTargets.smoothedLabels(labels, smoothing: labelSmoothing) : .labels(labels)
    return try fit(features, targets, classes: classes, sampleWeights, report)
  }

  /// Fits distributions: distillation.
  ///
  /// - Parameters:
  ///   - features: a row for each target; all must be finite.
  ///   - targets: the distribution of each row, in any form; a set of logits brings its own temperature.
  ///   - sampleWeights: a weight for each row, 0 or above; 1 where nil.
  ///   - report: is told of the start and of every iteration; what it throws ends the fit.
  /// - Returns: the model; whether it is the best one says `convergence`.
  /// - Throws: `InferenceError` as for labels, `.oneClass` where all rows with weight have all their mass in the same
  ///   class; `.invalidTarget` for a row that is no distribution,
  ///   `.infiniteReverseKL` where D(q‖p) is asked for and a target has a class without mass.
  public func fit(
    features: AnyMatrix, targets: DistributionSet, sampleWeights: [Double]? = nil,
    report: (SoftmaxProgress) throws -> Void = { _ in }
  ) throws -> SoftmaxFit {
    let targets = try targets.inOrder(threads: checked(threads: threads))
    try SoftmaxTargets.check(targets, forReverseKL: objective.forwardShare < 1)
    return try fit(
      features, .distributions(targets), classes: targets.classes, sampleWeights, report)
  }

  /// Fits class labels to features whose type is known.
  ///
  /// As `fit(features:labels:classes:sampleWeights:report:)` of an `AnyMatrix`.
  ///
  /// - Throws: as that.
  public func fit<Element>(
    features: Matrix<Element>, labels: [Int], classes: Int? = nil,
    sampleWeights: [Double]? = nil, report: (SoftmaxProgress) throws -> Void = { _ in }
  ) throws -> SoftmaxFit {
    try fit(
      features: AnyMatrix(features), labels: labels, classes: classes,
      sampleWeights: sampleWeights, report: report)
  }

  /// Fits distributions to features whose type is known.
  ///
  /// As `fit(features:targets:sampleWeights:report:)` of an `AnyMatrix`.
  ///
  /// - Throws: as that.
  public func fit<Element>(
    features: Matrix<Element>, targets: DistributionSet, sampleWeights: [Double]? = nil,
    report: (SoftmaxProgress) throws -> Void = { _ in }
  ) throws -> SoftmaxFit {
    try fit(
      features: AnyMatrix(features), targets: targets, sampleWeights: sampleWeights, report: report)
  }

  private func fit(
    _ features: AnyMatrix, _ targets: SoftmaxTargets, classes: Int, _ sampleWeights: [Double]?,
    _ report: (SoftmaxProgress) throws -> Void
  ) throws -> SoftmaxFit {
    let problem = try problem(features, targets, classes: classes, sampleWeights)
    return try BLAS.withOneThread { try SoftmaxSearch(problem, search).run(report) }
  }

  /// Data and options, checked.
  func problem(
    _ features: AnyMatrix, _ targets: SoftmaxTargets, classes: Int, _ sampleWeights: [Double]?
  ) throws(InferenceError) -> SoftmaxProblem {
    try checkOptions()
    guard targets.count == features.rows else {
      throw .lengthMismatch("targets", expected: features.rows, given: targets.count)
    }
    guard classes > 0, features.rows > 0 else { throw .nothingToFit }
    let features = doubles(features)
    if let bad = features.firstNotFinite {
      throw .notFinite(row: bad.row, column: bad.column, bad.value)
    }
    let total = try checkedTotal(of: sampleWeights, rows: features.rows)
    try targets.checkTwoClasses(sampleWeights)
    return SoftmaxProblem(
      features: features, targets: targets, classes: classes, sampleWeights: sampleWeights,
      totalWeight: total, forwardShare: objective.forwardShare, penalty: penalty,
      temperature: temperature, hasIntercepts: hasIntercepts,
      threads: try checked(threads: threads), tileRows: tileRows)
  }

  private func checkOptions() throws(InferenceError) {
    guard penalty >= 0, penalty.isFinite else {
      throw .invalidParameter("penalty", penalty, mustBe: "a finite number, 0 or above")
    }
    guard temperature > 0, temperature.isFinite else {
      throw .invalidParameter("temperature", temperature, mustBe: "a finite number above 0")
    }
    guard (0...1).contains(objective.forwardShare) else {
      throw .invalidParameter("share of forward KL", objective.forwardShare, mustBe: "in 0...1")
    }
  }
}
