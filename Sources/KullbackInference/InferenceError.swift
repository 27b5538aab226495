public import Kullback
internal import KullbackKernels
public import KullbackLinearAlgebra

/// What is wrong with the data or options of a fit, or with a distribution's parameters.
public enum InferenceError: Error, Sendable, Equatable {
  /// Two things that have to agree in length do not.
  case lengthMismatch(String, expected: Int, given: Int)
  /// A parameter outside what it may be.
  case invalidParameter(String, Double, mustBe: String)
  /// A result that is a difference of numbers which leave the range of numbers.
  case outOfRange(String)
  /// A matrix that is no covariance: the leading minor of this order is not positive.
  case notPositiveDefinite(order: Int)
  /// A sample that is not a finite number, at this row and column, counted from 0.
  case sampleNotFinite(row: Int, column: Int)
  /// Fewer samples with weight than a fit needs.
  case tooFewSamples(Int, needed: Int)
  /// A column of the samples, counted from 0, that is constant or a linear combination of the columns before
  /// it to within rounding: they have no full covariance.
  case dependentColumn(Int)
  /// A point, counted from 0, at whose very place so many neighbours are.
  case coincidingSamples(row: Int, neighbours: Int)
  /// Fewer distinct samples than components of a mixture.
  case tooFewDistinctSamples(components: Int)
  /// A component of a mixture that shrank onto too few samples for a covariance, or lost them all.
  case collapsedComponent(Int)
  /// A log density that is NaN or +inf, at this point.
  case invalidDensity(Double, at: [Double])
  /// A target whose density is 0 at every point that was drawn.
  case noDensity(draws: Int)
  /// The objective, or its gradient, is not a finite number where the search starts.
  case notFiniteAtStart
  /// A feature that is not a finite number.
  case notFinite(row: Int, column: Int, Double)
  /// A class label outside 0 ..< classes.
  case labelOutOfRange(row: Int, label: Int, classes: Int)
  /// All rows with weight have this label: there is nothing to tell apart.
  case oneClass(Int)
  /// A row of the targets that is no distribution.
  case invalidTarget(row: Int, InvalidReason)
  /// A target without mass in a class: D(q‖p) is infinite for every softmax q, which has mass in all.
  case infiniteReverseKL(row: Int, class: Int)
  /// No class has mass in all targets: D(q‖p) is infinite for every q.
  case noCommonClass
  /// Reverse KL to class labels: a label has no mass in all classes but one.
  case reverseKLToLabels
  /// A row's weight that is not a finite number, 0 or above.
  case invalidSampleWeight(row: Int, Double)
  /// There is nothing to fit: no rows, no classes, or no row with weight.
  case nothingToFit
  /// `KULLBACK_NUM_THREADS` is not a number of threads.
  case threadVariable(String)
  /// What BLAS or LAPACK refuses.
  case linearAlgebra(LinearAlgebraError)

  /// The same error in this module's words.
  init(_ error: LinearAlgebraError) {
    if case .notPositiveDefinite(let order) = error {
      self = .notPositiveDefinite(order: order)
    } else {
      self = .linearAlgebra(error)
    }
  }
}

extension InferenceError: CustomStringConvertible {
  /// A sentence that says what is wrong and, where it helps, what would be right.
  public var description: String {
    switch self {
    case .lengthMismatch(let what, let expected, let given):
      "\(what): there are \(given) where \(expected) are needed"
    case .invalidParameter(let name, let value, let need): "\(name) \(value.spelt) must be \(need)"
    case .outOfRange(let what):
      "the \(what) cannot be told: it is a difference of numbers that leave the range of numbers"
    case .notPositiveDefinite(let order):
      "the matrix is no covariance: its leading minor of order \(order) is not positive"
    case .sampleNotFinite(let row, let column):
      "the samples' row \(row), column \(column) (counted from 0) is not a finite number"
    case .tooFewSamples(let given, let needed):
      "\(given) samples have a weight above 0: this fit needs at least \(needed)"
    case .dependentColumn(let column):
      "column \(column) of the samples (counted from 0) is constant, or a linear combination of the columns"
        + " before it: the samples have no full covariance"
    case .coincidingSamples(let row, let neighbours):
      "\(neighbours) neighbours are at the very place of the target's row \(row) (counted from 0): samples that"
        + " repeat are not of a density; ask for more neighbours, or treat the data as counts"
    case .tooFewDistinctSamples(let components):
      "there are fewer distinct samples than the \(components) components asked for"
    case .collapsedComponent(let component):
      "component \(component) (counted from 0) shrank onto too few samples for a covariance: ask for fewer"
        + " components, for more restarts, or for a regularisation above 0"
    case .invalidDensity(let value, let point):
      "the log density is \(value.spelt) at \(point)"
    case .noDensity(let draws):
      "the target's density is 0 at all \(draws) points drawn: the first proposal is too far from it"
    case .notFiniteAtStart:
      "the objective or its gradient is not a finite number where the search starts"
    case .notFinite(let row, let column, let value):
      "the feature in row \(row), column \(column) (counted from 0) is \(value.spelt), not a finite number"
    case .labelOutOfRange(let row, let label, let classes):
      "row \(row) has the label \(label), which is not in 0 ..< \(classes)"
    case .oneClass(let label):
      "every row with weight is of class \(label): a fit needs rows of at least two classes"
    case .invalidTarget(let row, let reason): "row \(row) of the targets \(reason)"
    case .infiniteReverseKL(let row, let index):
      "row \(row) of the targets has no mass in class \(index), where every softmax has some: the reverse KL"
        + " D(q‖p) is infinite; smooth the targets, or fit by forward KL"
    case .noCommonClass:
      "no class has mass in all targets: the reverse KL D(q‖p) is infinite for every q"
    case .reverseKLToLabels:
      "the reverse KL D(q‖p) to class labels is infinite, because a label has mass in one class alone: smooth"
        + " the labels, or fit by forward KL"
    case .invalidSampleWeight(let row, let value):
      "the weight \(value.spelt) of row \(row) is not a finite number, 0 or above"
    case .nothingToFit: "there is nothing to fit: no rows, no classes, or no row with weight"
    case .threadVariable(let reason): reason
    case .linearAlgebra(let error): "\(error)"
    }
  }
}

/// The number of threads that a caller asks for; by default as many as the process should use.
func checked(threads: Int?) throws(InferenceError) -> Int {
  guard let threads else {
    if let problem = Threads.problem { throw .threadVariable(problem) }
    return Threads.default
  }
  guard threads >= 1 else {
    throw .invalidParameter("number of threads", Double(threads), mustBe: "at least 1")
  }
  return threads
}

/// Runs linear algebra, its errors in this module's words.
func algebra<Result>(
  _ body: () throws(LinearAlgebraError) -> Result
) throws(InferenceError) -> Result {
  do {
    return try body()
  } catch {
    throw InferenceError(error)
  }
}
