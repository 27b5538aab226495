import Foundation
import Kullback

/// Clusters by plain loops in `Double`, from given seeds: what `cluster(_:into:by:)` is held against.
struct ClusteringOracle {
  let divergence: ClusteringDivergence
  /// Probabilities, a row each; nil for rows that are left out.
  let rows: [[Double]?]
  private(set) var centroids: [[Double]]
  private(set) var assignments: [Int] = []
  private(set) var objectives: [Double] = []
  /// How often a row moved to a cluster that had lost all its rows.
  private(set) var refilled = 0
  /// How often a row joined a cluster at an infinite divergence.
  private(set) var joined = 0

  /// Iterates until no row moves.
  init(
    _ rows: [[Double]?], seeds: [Int], _ divergence: ClusteringDivergence,
    maximumIterations: Int = 100
  ) {
    self.rows = rows
    self.divergence = divergence
    centroids = seeds.map { rows[$0] ?? [] }
    for _ in 0..<maximumIterations {
      let before = assignments
      assignments = rows.map { row in row.map { row in nearest(row) } ?? -1 }
      if divergence == .reverseKL { join() }
      refill()
      update()
      objectives.append(objective)
      if assignments == before { break }
    }
  }

  private mutating func nearest(_ row: [Double]) -> Int {
    var values = centroids.map { kl(row, $0) }
    if !values.contains(where: \.isFinite) {
      guard divergence == .forwardKL else { return -1 }
      joined += 1
      // Missing classes count as e^-1000 of the largest probability.
      values = centroids.map { centroid in
        row.indices.reduce(0) { sum, k in
          let largest = centroids.map { $0[k] }.max() ?? 0
          let log = centroid[k] > 0 ? Foundation.log(centroid[k] / largest) : -1000
          return largest > 0 ? sum - row[k] * log : sum
        }
      }
    }
    return values.indices.min { values[$0] < values[$1] } ?? -1
  }

  /// Lets rows at an infinite divergence from all centroids join, one after the other.
  private mutating func join() {
    var common = centroids.indices.map { cluster in
      let members = zip(rows, assignments).compactMap { $0.1 == cluster ? $0.0 : nil }
      return centroids[cluster].indices.map { k in
        members.isEmpty ? centroids[cluster][k] > 0 : members.allSatisfy { $0[k] > 0 }
      }
    }
    for (index, row) in rows.enumerated() where assignments[index] < 0 {
      guard let row else { continue }
      let classes = row.indices
      let possible = centroids.indices.filter { j in
        classes.contains { common[j][$0] && row[$0] > 0 }
      }
      let mass = centroids.indices.map { j in
        classes.reduce(0) { common[j][$1] && row[$1] > 0 ? $0 + centroids[j][$1] : $0 }
      }
      guard let best = possible.min(by: { mass[$0] > mass[$1] }) else { continue }
      joined += 1
      for k in classes where row[k] == 0 { common[best][k] = false }
      assignments[index] = best
    }
  }

  /// Gives clusters without rows the rows that are farthest from their centroids.
  private mutating func refill() {
    var sizes = self.sizes
    var distances = divergences
    for cluster in sizes.indices where self.sizes[cluster] == 0 {
      let movable = rows.indices.filter { row in
        distances[row] > 1e-13 && (assignments[row] < 0 || sizes[assignments[row]] > 1)
      }
      guard let row = movable.min(by: { distances[$0] > distances[$1] }) else { continue }
      if assignments[row] >= 0 { sizes[assignments[row]] -= 1 }
      assignments[row] = cluster
      sizes[cluster] = 1
      distances[row] = 0
      refilled += 1
    }
  }

  /// Rows of each cluster.
  var sizes: [Int] {
    centroids.indices.map { cluster in assignments.count { $0 == cluster } }
  }

  /// The divergence of a row and a centroid.
  func kl(_ row: [Double], _ centroid: [Double]) -> Double {
    let (p, q) = divergence == .forwardKL ? (row, centroid) : (centroid, row)
    var (sum, k) = (0.0, 0)
    // A plain loop: most of the suites' time goes here, without optimisation.
    while k < p.count {
      if p[k] > 0 { sum += p[k] * log(p[k] / q[k]) }
      k += 1
    }
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

/// Rows as a matrix of any floating type.
func matrix<Element: LogitElement & BinaryFloatingPoint>(
  _ rows: [[Double]], _: Element.Type
) -> Matrix<Element> {
  Matrix(rows.flatMap { $0.map { Element($0) } }, rows: rows.count, columns: rows.first?.count ?? 0)
}

/// Rows as a matrix of bfloat16.
func matrix(_ rows: [[Double]], _: BFloat16.Type) -> Matrix<BFloat16> {
  Matrix(
    rows.flatMap { $0.map { BFloat16(Float($0)) } }, rows: rows.count,
    columns: rows.first?.count ?? 0)
}

/// The probabilities of a set's rows by plain loops; nil for rows that are not valid.
func oracleRows(_ set: DistributionSet) -> [[Double]?] {
  (0..<set.count).map { row in
    let stored = (0..<set.classes).map { set.matrix.value(row: row, column: $0) }
    switch set.form {
    case .logits, .logProbabilities:
      guard stored.allSatisfy({ $0 < .infinity }), stored.contains(where: { $0 > -.infinity })
      else { return nil }
      return softmaxRow(stored, temperature: set.temperature)
    case .probabilities, .weights:
      guard stored.allSatisfy({ $0 >= 0 && $0.isFinite }) else { return nil }
      let masses = stored.map { $0 + set.smoothing }
      let total = masses.reduce(0, +)
      return total > 0 ? masses.map { $0 / total } : nil
    }
  }
}
