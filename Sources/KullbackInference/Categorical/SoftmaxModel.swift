public import Kullback
internal import KullbackKernels

/// A softmax regression: class probabilities that depend on features by a linear map.
///
///     q(· | x) = softmax((x W + b) / T)
public struct SoftmaxModel: Sendable, Equatable {
  /// W: features × classes.
  public let weights: Matrix<Double>
  /// b: one for each class.
  public let intercepts: [Double]
  /// T.
  public let temperature: Double

  /// Features that a row has.
  public var features: Int { weights.rows }
  /// Classes.
  public var classes: Int { weights.columns }

  /// A model of the given weights.
  ///
  /// - Throws: `InferenceError.lengthMismatch` where there is not one intercept for each class,
  ///   `.invalidParameter` for a number that is not finite or a temperature that is not above 0,
  ///   `.nothingToFit` without classes.
  public init(
    weights: Matrix<Double>, intercepts: [Double], temperature: Double = 1
  ) throws(InferenceError) {
    guard weights.columns > 0 else { throw .nothingToFit }
    guard intercepts.count == weights.columns else {
      throw .lengthMismatch("intercepts", expected: weights.columns, given: intercepts.count)
    }
    guard temperature > 0, temperature.isFinite else {
      throw .invalidParameter("temperature", temperature, mustBe: "a finite number above 0")
    }
    for (name, values) in [("weight", weights.values), ("intercept", intercepts)] {
      if let bad = values.first(where: { !$0.isFinite }) {
        throw .invalidParameter(name, bad, mustBe: "finite")
      }
    }
    self.weights = weights
    self.intercepts = intercepts
    self.temperature = temperature
  }

  /// The logits (x W + b) / T of each row of features: their softmax are the model's distributions.
  ///
  /// The temperature is divided out, so that the logits by themselves say what the model says.
  ///
  /// - Parameters:
  ///   - features: a row for each row of logits.
  ///   - threads: at most so many; the result is the same bits whatever their number.
  /// - Shapes: `features` is rows × features; the result is rows × classes.
  /// - Special values: a NaN or an infinity among a row's features makes its logits so.
  /// - Complexity: 2 × rows × features × classes operations; memory for the result twice and, where the features
  ///   are not `Double`, for their copy.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` for no threads.
  public func logits(
    of features: AnyMatrix, threads: Int? = nil
  ) throws(InferenceError) -> Matrix<Double> {
    guard features.columns == self.features else {
      throw .lengthMismatch("features of a row", expected: self.features, given: features.columns)
    }
    var result = try tiledProduct(
      doubles(features), weights, threads: checked(threads: threads))
    let (rows, columns) = (result.rows, result.columns)
    let (intercepts, temperature) = (intercepts.span, temperature)
    result.withMutableElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns {
          let place = row * stride + column
          elements[place] = (elements[place] + intercepts[column]) / temperature
        }
      }
    }
    return result
  }

  /// The logits of each row of features, whose type is known.
  ///
  /// As `logits(of:)` of an `AnyMatrix`.
  ///
  /// - Throws: as that.
  public func logits<Element>(
    of features: Matrix<Element>, threads: Int? = nil
  ) throws(InferenceError) -> Matrix<Double> {
    try logits(of: AnyMatrix(features), threads: threads)
  }

  /// The model's distribution for each row of features.
  ///
  /// - Throws: as `logits(of:threads:)`.
  public func distributions(
    of features: AnyMatrix, threads: Int? = nil
  ) throws -> DistributionSet {
    try DistributionSet(logits: logits(of: features, threads: threads))
  }
}

/// Sets every row of a matrix to the same values.
func fill(_ matrix: inout Matrix<Double>, with row: [Double]) {
  let (rows, columns) = (matrix.rows, matrix.columns)
  precondition(row.count == columns, "of different lengths")
  let row = row.span
  matrix.withMutableElements { elements, stride in
    for index in 0..<rows {
      for column in 0..<columns { elements[index * stride + column] = row[column] }
    }
  }
}

/// The elements as `Double` and in order, without a copy where they are both.
func doubles(_ matrix: AnyMatrix) -> Matrix<Double> {
  switch matrix.kind {
  case .float64: matrix.inOrder().matrix(of: Double.self) ?? Matrix(rows: 0, columns: 0)
  case .float32: converted(matrix, from: Float.self) { Double($0) }
  case .float16: converted(matrix, from: Float16.self) { Double($0) }
  case .bfloat16: converted(matrix, from: BFloat16.self) { Double(Float($0)) }
  case .int32: converted(matrix, from: Int32.self) { Double($0) }
  case .int64: converted(matrix, from: Int64.self) { Double($0) }
  }
}

private func converted<Element: MatrixElement>(
  _ matrix: AnyMatrix, from type: Element.Type, _ convert: (Element) -> Double
) -> Matrix<Double> {
  var result = Matrix<Double>(rows: matrix.rows, columns: matrix.columns)
  guard let source = matrix.matrix(of: type) else { return result }
  let (rows, columns) = (source.rows, source.columns)
  result.withMutableElements { target, stride in
    source.withElements { elements, sourceStride in
      for row in 0..<rows {
        for column in 0..<columns {
          target[row * stride + column] = convert(elements[row * sourceStride + column])
        }
      }
    }
  }
  return result
}

extension SoftmaxModel {
  /// The model with its weights rounded to so many bits: whole multiples of one scale for each class.
  ///
  ///     round(W / s) s,  s = max |W| / (2^(bits - 1) - 1)
  ///
  /// Symmetric quantisation after training; the intercepts stay as they are.
  ///
  /// - Throws: `InferenceError.invalidParameter` for less than 2 or more than 32 bits.
  public func rounded(toBits bits: Int) throws(InferenceError) -> SoftmaxModel {
    guard (2...32).contains(bits) else {
      throw .invalidParameter("bits", Double(bits), mustBe: "in 2...32")
    }
    let most = Double(1 << (bits - 1) - 1)
    var rounded = weights
    for k in 0..<classes {
      let largest = (0..<features).reduce(0) { max($0, abs(weights[$1, k])) }
      guard largest > 0 else { continue }
      let scale = largest / most
      for row in 0..<features {
        rounded[row, k] = (weights[row, k] / scale).rounded() * scale
      }
    }
    return try SoftmaxModel(
      weights: rounded, intercepts: intercepts, temperature: temperature)
  }
}
