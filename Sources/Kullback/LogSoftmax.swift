internal import KullbackKernels

/// The logarithms of the softmax of every row, log p = x / T - log Σ exp(x / T).
///
/// - Shapes: the result has the shape of `logits`.
/// - Units: nats.
/// - Special values: -inf stays -inf; a row with NaN, +inf or nothing but -inf becomes NaN.
/// - Accuracy: within 4 units in the last place of each element, those near 0 included.
/// - Complexity: one read from memory and one write; memory for the result only.
/// - Throws: `KullbackError.invalidTemperature`, `.invalidThreads`, `.instructionSet`.
public func logSoftmax<Element: LogitElement>(
  _ logits: Matrix<Element>, temperature: Double = 1, threads: Int? = nil
) throws(KullbackError) -> Matrix<Element.Normalised> {
  try written(logits, .logSoftmax, temperature, threads)
}

/// The logarithms of the softmax of every row, written to a matrix of the caller's.
///
/// As `logSoftmax(_:temperature:threads:)`, without memory of its own; the result may have another
/// type of element than the logits.
///
/// - Throws: `KullbackError.resultShape` where the shapes differ, `.invalidTemperature`,
///   `.invalidThreads`, `.instructionSet`.
public func logSoftmax<Element: LogitElement, Result: LogitElement>(
  _ logits: Matrix<Element>, temperature: Double = 1, into result: inout Matrix<Result>,
  threads: Int? = nil
) throws(KullbackError) {
  try write(logits, .logSoftmax, temperature, &result, threads)
}

/// Replaces every row of logits by the logarithms of its softmax.
///
/// As `logSoftmax(_:temperature:threads:)`, without memory of its own, unless the matrix shares its
/// memory with another: then it is copied first.
///
/// - Throws: `KullbackError.invalidTemperature`, `.invalidThreads`, `.instructionSet`.
public func logSoftmax<Element: LogitElement>(
  inPlace logits: inout Matrix<Element>, temperature: Double = 1, threads: Int? = nil
) throws(KullbackError) {
  try replace(&logits, .logSoftmax, temperature, threads)
}

/// The softmax of every row, p = exp(x / T) / Σ exp(x / T).
///
/// - Shapes: the result has the shape of `logits`.
/// - Special values: -inf becomes 0; a row with NaN, +inf or nothing but -inf becomes NaN. What is
///   below 2^-125 (2^-1021 in `Double`) becomes 0.
/// - Accuracy: within 8 units in the last place of each element.
/// - Complexity: one read from memory and one write; memory for the result only.
/// - Throws: `KullbackError.invalidTemperature`, `.invalidThreads`, `.instructionSet`.
public func softmax<Element: LogitElement>(
  _ logits: Matrix<Element>, temperature: Double = 1, threads: Int? = nil
) throws(KullbackError) -> Matrix<Element.Normalised> {
  try written(logits, .softmax, temperature, threads)
}

/// The softmax of every row, written to a matrix of the caller's.
///
/// As `softmax(_:temperature:threads:)`, without memory of its own.
///
/// - Throws: `KullbackError.resultShape` where the shapes differ, `.invalidTemperature`,
///   `.invalidThreads`, `.instructionSet`.
public func softmax<Element: LogitElement, Result: LogitElement>(
  _ logits: Matrix<Element>, temperature: Double = 1, into result: inout Matrix<Result>,
  threads: Int? = nil
) throws(KullbackError) {
  try write(logits, .softmax, temperature, &result, threads)
}

/// Replaces every row of logits by its softmax.
///
/// As `softmax(_:temperature:threads:)`, without memory of its own, unless the matrix shares its memory
/// with another: then it is copied first.
///
/// - Throws: `KullbackError.invalidTemperature`, `.invalidThreads`, `.instructionSet`.
public func softmax<Element: LogitElement>(
  inPlace logits: inout Matrix<Element>, temperature: Double = 1, threads: Int? = nil
) throws(KullbackError) {
  try replace(&logits, .softmax, temperature, threads)
}

/// The logarithm of the sum of exponentials of every row, log Σ exp(x / T).
///
/// - Shapes: a value a row.
/// - Special values: NaN for a row with NaN, +inf or nothing but -inf.
/// - Accuracy: 1e-6 (`Float` and narrower), 1e-13 (`Double`), relative to the larger of 1 and the
///   largest logit.
/// - Complexity: one read.
/// - Throws: `KullbackError.invalidTemperature`, `.invalidThreads`, `.instructionSet`.
public func logSumExp<Element: LogitElement>(
  _ logits: Matrix<Element>, temperature: Double = 1, threads: Int? = nil
) throws(KullbackError) -> [Double] {
  let threads = try checked(threads: threads)
  guard logits.columns > 0 else { return [Double](repeating: .nan, count: logits.rows) }
  try checkInstructionSet()
  let operand = try DistributionSet(logits: logits, temperature: temperature).operand()
  return rowValues(of: .logNormaliser, operand, threads: threads)
}

extension DistributionSet {
  /// The logarithms of all probabilities, normalised: -inf where there is no mass.
  ///
  /// Whatever the form of the set is. `Result` is `Float` or `Double`, or a narrower type.
  ///
  /// - Shapes: `count × classes`.
  /// - Throws: `KullbackError.invalidThreads`, `.instructionSet`.
  public func logProbabilities<Result: LogitElement>(
    as type: Result.Type, threads: Int? = nil
  ) throws(KullbackError) -> (values: Matrix<Result>, diagnostics: Diagnostics) {
    try normalised(.logSoftmax, threads)
  }

  /// All probabilities, normalised.
  ///
  /// As `logProbabilities(as:threads:)`.
  ///
  /// - Throws: as that.
  public func probabilities<Result: LogitElement>(
    as type: Result.Type, threads: Int? = nil
  ) throws(KullbackError) -> (values: Matrix<Result>, diagnostics: Diagnostics) {
    try normalised(.softmax, threads)
  }

  /// The logarithms of all probabilities, normalised, into memory that is there already, in blocks of rows.
  ///
  /// As `logProbabilities(as:threads:)`. When this throws, some of the results are there.
  ///
  /// - Parameters:
  ///   - result: `count × classes`.
  ///   - threads: how many to use; by default the processors that this process may run on.
  ///   - progress: called after every block of rows with the rows done so far and in all; what it throws ends the work.
  /// - Returns: what became of every row.
  /// - Throws: as that, `KullbackError.resultShape` where the shapes differ, and `CancellationError` when the current
  ///   task is cancelled.
  @discardableResult
  public func logProbabilities<Result: LogitElement>(
    into result: inout Matrix<Result>, threads: Int? = nil,
    progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> RowReasons {
    try write(.logSoftmax, to: &result, threads, progress)
  }

  /// All probabilities, normalised, into memory that is there already, in blocks of rows.
  ///
  /// As `logProbabilities(into:threads:progress:)`.
  ///
  /// - Throws: as that.
  @discardableResult
  public func probabilities<Result: LogitElement>(
    into result: inout Matrix<Result>, threads: Int? = nil,
    progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
  ) throws -> RowReasons {
    try write(.softmax, to: &result, threads, progress)
  }

  private func write<Result: LogitElement>(
    _ output: RowOutput, to result: inout Matrix<Result>, _ threads: Int?,
    _ progress: ((Int, Int) throws -> Void)?
  ) throws -> RowReasons {
    let given = Shape(rows: result.rows, columns: result.columns)
    guard given == shape else { throw KullbackError.resultShape(expected: shape, given: given) }
    let threads = try checked(threads: threads)
    try checkInstructionSet()
    var codes: [UInt8] = []
    let note = { (done: Int, total: Int) in _ = try progress?(done, total) }
    try forEachBlock(writing: Result.elementKind.byteCount, note) { rows in
      codes += writeRows(
        operand(), rows: rows, as: output, into: &result, at: rows.lowerBound, threads: threads
      ).map(\.rawValue)
    }
    return RowReasons(codes: codes)
  }

  private func normalised<Result: LogitElement>(
    _ output: RowOutput, _ threads: Int?
  ) throws(KullbackError) -> (values: Matrix<Result>, diagnostics: Diagnostics) {
    let threads = try checked(threads: threads)
    try checkInstructionSet()
    let (values, statuses) = writeRows(
      operand(), rows: 0..<count, as: output, to: Result.self, threads: threads)
    var diagnostics = Diagnostics()
    for (row, status) in statuses.enumerated() where status != .valid {
      diagnostics.add(row: row, target: .valid, model: status)
    }
    return (values, diagnostics)
  }
}

/// The values of one quantity of all rows.
func rowValues(
  of quantity: RowQuantity, _ operand: RowOperand, threads: Int
) -> [Double] {
  let rows = 0..<operand.matrix.rows
  var results = RowResults(quantities: [quantity], rows: rows.count)
  evaluateRows(operand, rows: rows, into: &results, threads: threads)
  return results[quantity]
}

/// Refuses an instruction set that was forced and cannot be had.
func checkInstructionSet() throws(KullbackError) {
  do {
    _ = try InstructionSet.selection()
  } catch {
    throw KullbackError.instructionSet(error.description)
  }
}

private func written<Element: LogitElement>(
  _ logits: Matrix<Element>, _ output: RowOutput, _ temperature: Double, _ threads: Int?
) throws(KullbackError) -> Matrix<Element.Normalised> {
  let threads = try checked(threads: threads)
  guard logits.columns > 0 else { return Matrix(rows: logits.rows, columns: 0) }
  try checkInstructionSet()
  let operand = try DistributionSet(logits: logits, temperature: temperature).operand()
  return writeRows(
    operand, rows: 0..<logits.rows, as: output, to: Element.Normalised.self,
    threads: threads
  ).result
}

private func write<Element: LogitElement, Result: LogitElement>(
  _ logits: Matrix<Element>, _ output: RowOutput, _ temperature: Double,
  _ result: inout Matrix<Result>, _ threads: Int?
) throws(KullbackError) {
  let expected = Shape(rows: logits.rows, columns: logits.columns)
  let given = Shape(rows: result.rows, columns: result.columns)
  guard expected == given else { throw .resultShape(expected: expected, given: given) }
  let threads = try checked(threads: threads)
  guard logits.columns > 0 else { return }
  try checkInstructionSet()
  let operand = try DistributionSet(logits: logits, temperature: temperature).operand()
  writeRows(
    operand, rows: 0..<logits.rows, as: output, into: &result, threads: threads)
}

private func replace<Element: LogitElement>(
  _ logits: inout Matrix<Element>, _ output: RowOutput, _ temperature: Double, _ threads: Int?
) throws(KullbackError) {
  guard temperature > 0, temperature.isFinite else { throw .invalidTemperature(temperature) }
  let threads = try checked(threads: threads)
  guard logits.columns > 0 else { return }
  try checkInstructionSet()
  writeRows(
    inPlace: &logits, form: .logits, temperature: temperature, as: output,
    threads: threads)
}
