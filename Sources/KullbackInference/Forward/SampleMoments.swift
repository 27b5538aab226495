internal import KullbackMatrix

/// The weighted mean and scatter of samples.
///
/// Rows are centred before they are multiplied, so that a mean far from 0 costs no digits, and summed in tiles
/// whose sizes only the data decide.
struct SampleMoments: Sendable {
  /// Σ w.
  let weight: Double
  /// Σ w².
  let squaredWeight: Double
  /// How many samples have a weight above 0.
  let count: Int
  /// Σ w x / Σ w.
  let mean: [Double]
  /// Σ w (x - m)(x - m)ᵀ, of which the lower triangle is filled; for a mean field the diagonal alone.
  private(set) var scatter: Matrix<Double>

  /// Sums that are too large for one for each tile are kept for so many parts of the rows.
  private static let parts = 32

  /// The moments of rows, each with its weight or all with weight 1.
  ///
  /// - Throws: `InferenceError` for weights that are not one for each row, negative or not finite, and for a
  ///   sample that is not finite, even where its weight is 0.
  init(
    _ samples: Matrix<Double>, weights: [Double]?, family: GaussianFamily, threads: Int
  ) throws {
    try Self.check(weights, rows: samples.rows)
    let dimension = samples.columns
    let first = weights?.firstIndex { $0 > 0 } ?? 0
    guard dimension > 0, samples.rows > first, weights?.contains(where: { $0 > 0 }) ?? true else {
      throw InferenceError.tooFewSamples(0, needed: 1)
    }
    let tiles = RowTiles(rows: samples.rows, numbersPerRow: dimension)
    let origin = samples.row(first)
    let sums = try tiles.map(threads: threads) { range in
      try Self.sum(samples[rows: range], weights?[range], less: origin, from: range.lowerBound)
    }
    squaredWeight = sums.reduce(0) { $0 + $1.squaredWeight }
    count = sums.reduce(0) { $0 + $1.count }
    let (weight, sum) = sums.reduce((0.0, [Double](repeating: 0, count: dimension))) { all, tile in
      (all.0 + tile.weight, zip(all.1, tile.offsets).map { $0 + $1 })
    }
    let mean = zip(origin, sum).map { $0 + $1 / weight }
    self.mean = mean
    self.weight = weight
    let parts = try RowTiles(rows: samples.rows, atMost: Self.parts).map(threads: threads) { part in
      var scatter = Scatter(dimension: dimension, family: family)
      for tile in RowTiles(rows: part.count, numbersPerRow: dimension).ranges {
        let range = part.lowerBound + tile.lowerBound..<part.lowerBound + tile.upperBound
        var centred = Matrix<Double>(rows: range.count, columns: dimension)
        centre(samples[rows: range], on: mean, into: &centred)
        if let weights { scaleRows(of: &centred, by: weights[range].map { $0.squareRoot() }) }
        try scatter.add(centred)
      }
      return scatter.sums
    }
    scatter = Matrix(rows: dimension, columns: dimension)
    for part in parts { addMatrix(part, to: &scatter) }
  }

  private struct Sum: Sendable {
    var weight = 0.0
    var squaredWeight = 0.0
    var count = 0
    var offsets: [Double]
  }

  private static func sum(
    _ samples: Matrix<Double>, _ weights: ArraySlice<Double>?, less origin: [Double],
    from first: Int
  ) throws(InferenceError) -> Sum {
    var sum = Sum(offsets: [Double](repeating: 0, count: origin.count))
    try samples.withElements { (samples, stride) throws(InferenceError) in
      var row = 0
      // Ends: where there are elements the stride is 1 at least.
      while row * stride < samples.count {
        let weight = weights.map { $0[$0.startIndex + row] } ?? 1
        for column in origin.indices {
          let value = samples[row * stride + column]
          guard value.isFinite else {
            throw .sampleNotFinite(row: first + row, column: column)
          }
          sum.offsets[column] += weight * (value - origin[column])
        }
        sum.weight += weight
        sum.squaredWeight += weight * weight
        sum.count += weight > 0 ? 1 : 0
        row += 1
      }
    }
    return sum
  }

  /// Refuses weights that are not one for each row, finite and not negative.
  static func check(_ weights: [Double]?, rows: Int) throws(InferenceError) {
    guard let weights else { return }
    guard weights.count == rows else {
      throw .lengthMismatch("weights of the samples", expected: rows, given: weights.count)
    }
    for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
      throw .invalidParameter("weight of sample \(row)", weight, mustBe: "0 or above and finite")
    }
  }
}
