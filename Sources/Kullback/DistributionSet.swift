package import KullbackKernels
internal import CLibm

/// Distributions over the same classes, one a row of a matrix.
///
/// A set shares the matrix's memory; nothing is normalised or copied before an evaluation, which does
/// both as it reads. Slices of rows are free.
public struct DistributionSet: Sendable {
  /// The rows as they are stored.
  public let matrix: AnyMatrix
  /// What a row holds.
  public let form: Form
  /// Divides logits before the softmax; 1 for the other forms.
  public let temperature: Double
  /// Added to every weight before normalising; 0 for the other forms.
  public let smoothing: Double
  /// How far the sum of a row's probabilities may be from 1.
  public let tolerance: Double

  /// Distributions.
  public var count: Int { matrix.rows }
  /// Classes.
  public var classes: Int { matrix.columns }
  /// Distributions and classes.
  public var shape: Shape { Shape(rows: count, columns: classes) }

  /// A set of logits: each row's distribution is softmax(row / temperature).
  ///
  /// - Throws: `KullbackError.invalidTemperature`, `.emptySet`.
  public init<Element: LogitElement>(
    logits: Matrix<Element>, temperature: Double = 1
  ) throws(KullbackError) {
    try self.init(AnyMatrix(logits), form: .logits, temperature: temperature)
  }

  /// A set of logarithms of probabilities.
  ///
  /// - Parameters:
  ///   - logProbabilities: a row a distribution, a column a class.
  ///   - tolerance: how far from 1 a row's probabilities may sum; see `defaultTolerance`.
  /// - Throws: `KullbackError.invalidTolerance`, `.emptySet`.
  public init<Element: LogitElement>(
    logProbabilities: Matrix<Element>, tolerance: Double? = nil
  ) throws(KullbackError) {
    try self.init(AnyMatrix(logProbabilities), form: .logProbabilities, tolerance: tolerance)
  }

  /// A set of probabilities.
  ///
  /// - Parameters:
  ///   - probabilities: a row a distribution, a column a class.
  ///   - tolerance: how far from 1 a row may sum; see `defaultTolerance`.
  /// - Throws: `KullbackError.invalidTolerance`, `.emptySet`.
  public init<Element: LogitElement>(
    probabilities: Matrix<Element>, tolerance: Double? = nil
  ) throws(KullbackError) {
    try self.init(AnyMatrix(probabilities), form: .probabilities, tolerance: tolerance)
  }

  /// A set of counts or other weights: each row's distribution is
  /// (row + smoothing) / Σ (row + smoothing).
  ///
  /// - Throws: `KullbackError.invalidSmoothing`, `.emptySet`.
  public init<Element>(
    weights: Matrix<Element>, smoothing: Double = 0
  ) throws(KullbackError) {
    try self.init(AnyMatrix(weights), form: .weights, smoothing: smoothing)
  }

  /// A set of any form, from a matrix whose type is known at run time.
  ///
  /// - Throws: `KullbackError` when an option is out of range, when there are no classes, or when whole
  ///   numbers are to be probabilities.
  public init(
    _ matrix: AnyMatrix, form: Form, temperature: Double = 1, smoothing: Double = 0,
    tolerance: Double? = nil
  ) throws(KullbackError) {
    guard matrix.columns > 0 else { throw .emptySet }
    guard temperature > 0, temperature.isFinite else { throw .invalidTemperature(temperature) }
    guard smoothing >= 0, smoothing.isFinite else { throw .invalidSmoothing(smoothing) }
    if let tolerance, !(tolerance >= 0) { throw .invalidTolerance(tolerance) }
    if matrix.kind.isInteger, form != .weights {
      throw .unsupportedElements(matrix.kind, form: form)
    }
    self.matrix = matrix
    self.form = form
    self.temperature = form == .logits ? temperature : 1
    self.smoothing = form == .weights ? smoothing : 0
    self.tolerance =
      tolerance ?? DistributionSet.defaultTolerance(matrix.kind, classes: matrix.columns)
  }

  private init(_ other: DistributionSet, of matrix: AnyMatrix) {
    self.matrix = matrix
    form = other.form
    temperature = other.temperature
    smoothing = other.smoothing
    tolerance = other.tolerance
  }

  /// A range of the distributions; shares the memory.
  public subscript(rows: Range<Int>) -> DistributionSet {
    DistributionSet(self, of: matrix[rows: rows])
  }

  /// The same distributions with the elements of each row one after the other in memory: this set, or one of a
  /// copy.
  ///
  /// What streams over rows needs no such copy; see `AnyMatrix.isInOrder`.
  ///
  /// - Throws: `KullbackError.invalidThreads`.
  public func inOrder(threads: Int? = nil) throws(KullbackError) -> DistributionSet {
    let ordered = operand().inOrder(threads: try checked(threads: threads)).matrix
    return DistributionSet(self, of: ordered)
  }

  /// How far from 1 the probabilities of a row may sum by default.
  ///
  ///     1e-3 + ε log₂(classes), at most 0.1
  ///
  /// with ε the spacing of the stored type at 1: the logarithm of a uniform distribution's probabilities
  /// is off by up to ε log(classes) / 2 when it is stored, and every class in the same direction. Real
  /// tables of log-probabilities in float16 sum to 0.9996...1.0009 (100,053 classes).
  public static func defaultTolerance(_ kind: ElementKind, classes: Int) -> Double {
    let spacing: Double =
      switch kind {
      case .float16: 0x1p-10
      case .bfloat16: 0x1p-7
      case .float32: 0x1p-23
      case .float64, .int32, .int64: 0x1p-52
      }
    return min(0.1, 1e-3 + spacing * log2(Double(max(1, classes))))
  }

  /// The kernels' view of this set, its only row repeated where the other set has more.
  package func operand(isRepeated: Bool = false) -> RowOperand {
    RowOperand(
      matrix, form: form, temperature: temperature, smoothing: smoothing,
      tolerance: tolerance, isRepeated: isRepeated)
  }
}
