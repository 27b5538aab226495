import Foundation
import Kullback

/// Clusters by plain loops in `Double`, from given seeds: what `cluster(_:into:by:)` is held against.
struct ClusteringOracle {
  let divergence: ClusteringDivergence
  /// Probabilities, a row each; nil for rows that are left out.
  let rows: [[Double]?]
  private(set) var centroids: [[Double]] = []
  private(set) var assignments: [Int] = []
  private(set) var objectives: [Double] = []

  /// Iterates until no row moves.
  init(
    _ rows: [[Double]?], seeds: [Int], _ divergence: ClusteringDivergence,
    maximumIterations: Int = 100
  ) {
    self.rows = rows
    self.divergence = divergence
    centroids = seeds.map { rows[$0] ?? [] }
    assignments = []
    for _ in 0..<maximumIterations {
      let next = rows.map { row in
        row.map { row in nearest(row) } ?? -1
      }
      let isSame = next == assignments
      assignments = next
      update()
      objectives.append(objective)
      if isSame { break }
    }
  }

  private func nearest(_ row: [Double]) -> Int {
    let values = centroids.map { kl(row, $0) }
    return values.indices.min { values[$0] < values[$1] } ?? -1
  }

  /// The divergence of a row and a centroid.
  func kl(_ row: [Double], _ centroid: [Double]) -> Double {
    let (p, q) = divergence == .forwardKL ? (row, centroid) : (centroid, row)
    var sum = 0.0
    for (x, y) in zip(p, q) where x > 0 { sum += x * log(x / y) }
    return max(0, sum)
  }

  /// The divergence of each row from its centroid; NaN for rows that are left out.
  var divergences: [Double] {
    zip(rows, assignments).map { row, place in
      row.map { row in place < 0 ? .infinity : kl(row, centroids[place]) } ?? .nan
    }
  }

  var objective: Double { divergences.filter { !$0.isNaN }.reduce(0, +) }

  private mutating func update() {
    for cluster in centroids.indices {
      let members = zip(rows, assignments).compactMap { $0.1 == cluster ? $0.0 : nil }
      guard !members.isEmpty else { continue }
      centroids[cluster] = ClusteringOracle.centre(of: members, divergence)
    }
  }

  /// The mean, or the normalised geometric mean, of distributions.
  static func centre(_ rows: [[Double]]) -> [Double] { centre(of: rows, .forwardKL) }

  /// The centroid of distributions.
  static func centre(of rows: [[Double]], _ divergence: ClusteringDivergence) -> [Double] {
    let columns = rows[0].indices
    let values = columns.map { k -> Double in
      let column = rows.map { $0[k] }
      return divergence == .forwardKL
        ? column.reduce(0, +) : exp(column.reduce(0) { $0 + log($1) } / Double(rows.count))
    }
    let total = values.reduce(0, +)
    return values.map { $0 / total }
  }
}

/// The probabilities of a row of logits.
func softmaxRow(_ logits: [Double], temperature: Double = 1) -> [Double] {
  let top = logits.max() ?? 0
  let weights = logits.map { exp(($0 - top) / temperature) }
  let total = weights.reduce(0, +)
  return weights.map { $0 / total }
}

/// The rows of a matrix in `Double`.
func doubleRows<Element>(_ matrix: Matrix<Element>) -> [[Double]] {
  let any = AnyMatrix(matrix)
  return (0..<any.rows).map { row in
    (0..<any.columns).map { any.value(row: row, column: $0) }
  }
}
