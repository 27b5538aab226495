internal import KullbackKernels
internal import KullbackLinearAlgebra
public import KullbackMatrix
internal import CLibm

/// The posterior of the coefficients of a logistic regression on data, with a normal prior.
///
///     log p(β) = -Σ log(1 + exp(-sₙ xₙ·β)) - Σ βⱼ²/2σ²,   sₙ = 1 for label 1 and -1 for label 0
///
/// with the prior's normalising constant -n/2 log 2π - n log σ, so that the evidence lower bound of a fit bounds the
/// data's log evidence. An intercept is a column of ones.
///
/// Source: Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 16.1.
public struct BayesianLogisticRegression: Density {
  /// The standard deviation σ of the coefficients' prior.
  public let priorScale: Double
  /// Rows of features times the sign of their label: margins are then one product.
  private let signed: Matrix<Double>

  /// How many coefficients there are: the columns of the features.
  public var dimension: Int { signed.columns }

  /// The posterior for features and labels.
  ///
  /// - Parameters:
  ///   - features: one row for each observation; copied.
  ///   - labels: 0 or 1 for each observation.
  ///   - priorScale: the standard deviation of the coefficients' normal prior around 0.
  /// - Throws: `InferenceError.lengthMismatch` where there is not one label for each row, `.notFinite` for a feature
  ///   that is not, with its row and column, `.invalidParameter` for a label that is neither 0 nor 1, no features, or
  ///   a scale that is not above 0.
  public init(
    features: Matrix<Double>, labels: [Int], priorScale: Double = 1
  ) throws(InferenceError) {
    guard labels.count == features.rows else {
      throw .lengthMismatch("labels", expected: features.rows, given: labels.count)
    }
    guard features.columns > 0 else {
      throw .invalidParameter("number of features", 0, mustBe: "at least 1")
    }
    if let bad = labels.first(where: { $0 != 0 && $0 != 1 }) {
      throw .invalidParameter("label", Double(bad), mustBe: "0 or 1")
    }
    guard priorScale > 0, priorScale.isFinite else {
      throw .invalidParameter("standard deviation of the prior", priorScale, mustBe: "above 0")
    }
    var signed = Matrix<Double>(rows: features.rows, columns: features.columns)
    let columns = features.columns
    var strange: InferenceError?
    features.withElements { from, stride in
      signed.withMutableElements { to, toStride in
        for (row, label) in labels.enumerated() {
          for column in 0..<columns {
            let value = from[row * stride + column]
            if !value.isFinite, strange == nil {
              strange = .notFinite(row: row, column: column, value)
            }
            to[row * toStride + column] = label == 1 ? value : -value
          }
        }
      }
    }
    if let strange { throw strange }
    self.signed = signed
    self.priorScale = priorScale
  }

  /// The log density of each point.
  ///
  /// - Shapes: `points` is count × dimension; the result has count values.
  /// - Complexity: 2 N n operations and N exponentials a point, on all threads; memory is constant beyond a few
  ///   tiles of margins.
  /// - Throws: `InferenceError.lengthMismatch`, `CancellationError`.
  public func logDensities(at points: Matrix<Double>) throws -> [Double] {
    try check(points)
    var values: [Double] = []
    for block in Self.blocks(points.rows) {
      let (part, _) = try logDensities(block: points[rows: block], gradients: false)
      values += part
    }
    return values
  }

  /// The log density of each point and its gradient.
  ///
  /// As the form without gradients, with twice the operations.
  ///
  /// - Throws: as that.
  public func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    try check(points, gradients)
    var values: [Double] = []
    for block in Self.blocks(points.rows) {
      let (part, slopes) = try logDensities(block: points[rows: block], gradients: true)
      values += part
      copyRows(of: slopes, to: &gradients, at: block.lowerBound)
    }
    return values
  }

  /// Points that are multiplied with the data together.
  private static func blocks(_ count: Int) -> [Range<Int>] {
    RowTiles(rows: count, step: 256).ranges
  }

  /// The prior and the sums over all data, in the order of the data.
  private func logDensities(
    block: Matrix<Double>, gradients: Bool
  ) throws -> ([Double], Matrix<Double>) {
    let (values, slopes) = prior(block, gradients: gradients)
    var sums = (values, slopes)
    let chunks = RowTiles(rows: signed.rows, step: max(256, (signed.rows + 15) / 16))
    let parts = try chunks.map { chunk in
      try self.likelihood(of: chunk, at: block, gradients: gradients)
    }
    for (losses, slopes) in parts {
      for index in losses.indices { sums.0[index] -= losses[index] }
      if gradients { addMatrix(slopes, to: &sums.1) }
    }
    return sums
  }

  /// Minus the log likelihood of some of the data, and the gradients of the log likelihood.
  private func likelihood(
    of chunk: Range<Int>, at points: Matrix<Double>, gradients: Bool
  ) throws -> ([Double], Matrix<Double>) {
    var sums = [Double](repeating: 0, count: points.rows)
    var slopes = Matrix<Double>(rows: gradients ? points.rows : 0, columns: dimension)
    // As many margins as stay in the second cache.
    let tiles = RowTiles(rows: chunk.count, step: max(256, (1 << 16) / max(1, points.rows)))
    for tile in tiles.ranges {
      let data = signed[
        rows: chunk.lowerBound + tile.lowerBound..<chunk.lowerBound + tile.upperBound]
      var margins = try BLAS.gemm(points, data, transposeSecond: true)
      let losses = logisticLosses(margins: &margins, slopes: gradients)
      for index in sums.indices { sums[index] += losses[index] }
      if gradients { try BLAS.gemm(margins, data, beta: 1, into: &slopes) }
    }
    return (sums, slopes)
  }

  private func prior(
    _ points: Matrix<Double>, gradients: Bool
  ) -> ([Double], Matrix<Double>) {
    let precision = 1 / (priorScale * priorScale)
    let (count, dimension) = (points.rows, self.dimension)
    let constant = -Double(dimension) * (logTwoPi / 2 + log(priorScale))
    var slopes = Matrix<Double>(rows: gradients ? count : 0, columns: dimension)
    let values = points.withElements { x, stride in
      (0..<count).map { row in
        var square = 0.0
        for column in 0..<dimension {
          square += x[row * stride + column] * x[row * stride + column]
        }
        return constant - precision * square / 2
      }
    }
    if gradients {
      points.withElements { x, stride in
        slopes.withMutableElements { slopes, slopeStride in
          for row in 0..<count {
            for column in 0..<dimension {
              slopes[row * slopeStride + column] = -precision * x[row * stride + column]
            }
          }
        }
      }
    }
    return (values, slopes)
  }
}
