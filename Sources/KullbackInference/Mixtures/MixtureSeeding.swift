internal import Kullback
internal import KullbackMatrix

/// Draws samples to begin at: the first by weight, the others also in proportion to the squared distance from
/// the nearest drawn before, in units of the columns' deviations.
///
/// Source: Arthur and Vassilvitskii, *k-means++*, SODA 2007.
struct MixtureSeeding {
  private let rows: MixtureSamples
  private let scales: [Double]

  init(_ rows: MixtureSamples) {
    self.rows = rows
    scales = rows.variances.map { 1 / $0.squareRoot() }
  }

  /// So many distinct samples.
  ///
  /// - Throws: `InferenceError.tooFewDistinctSamples`.
  func centres(_ count: Int, _ generator: inout SplitMix) throws -> [[Double]] {
    var masses = rows.weights ?? [Double](repeating: 1, count: rows.samples.rows)
    var centres: [[Double]] = []
    var distances = [Double](repeating: .infinity, count: masses.count)
    // Ends: each turn adds a centre.
    while true {
      guard let row = draw(masses, &generator) else {
        throw InferenceError.tooFewDistinctSamples(components: count)
      }
      let centre = rows.samples.row(row)
      centres.append(centre)
      guard centres.count < count else { return centres }
      let tiles = RowTiles(rows: distances.count, numbersPerRow: rows.samples.columns)
      let squares = try tiles.map(threads: rows.threads) { range in
        nearestRows(of: rows.samples[rows: range], to: [centre], scales: scales).map(\.square)
      }.flatMap { $0 }
      for (row, square) in squares.enumerated() where square < distances[row] {
        distances[row] = square
      }
      for row in masses.indices { masses[row] = (rows.weights?[row] ?? 1) * distances[row] }
    }
  }

  /// An index with a probability in proportion to its mass; nil where there is none.
  private func draw(_ masses: [Double], _ generator: inout SplitMix) -> Int? {
    var left = generator.uniform() * masses.reduce(0, +)
    var last: Int?
    for (index, mass) in masses.enumerated() where mass > 0 {
      last = index
      left -= mass
      if left < 0 { break }
    }
    return last
  }
}

/// Which of some centres is the nearest to each row, and its squared distance, columns being scaled.
func nearestRows(
  of points: Matrix<Double>, to centres: [[Double]], scales: [Double]
) -> [(index: Int, square: Double)] {
  points.withElements { points, stride in
    var row = 0
    var found: [(index: Int, square: Double)] = []
    // Ends: where there are elements the stride is 1 at least.
    while row * stride < points.count {
      var best = (index: 0, square: Double.infinity)
      for (index, centre) in centres.enumerated() {
        var square = 0.0
        for column in scales.indices {
          let offset = (points[row * stride + column] - centre[column]) * scales[column]
          square += offset * offset
        }
        if square < best.square { best = (index, square) }
      }
      found.append(best)
      row += 1
    }
    return found
  }
}
