internal import KullbackKernels
internal import CLibm

/// Sums of the rows of each cluster, from which its centroid follows.
struct ClusterSums: Sendable {
  /// Σ p, or for reverse KL Σ log p, in panels of classes; each less a number that all classes share.
  var panels: [Matrix<Double>]
  /// Rows.
  var sizes: [Int]
  /// What is to be added to the sums of all classes.
  var shifts: [Double]
  /// A bit for each class that has mass in some row (forward KL) or in all (reverse KL); empty where
  /// every class has mass in every row.
  var support: [UInt64]

  init(
    clusters: Int, panels ranges: [Range<Int>], divergence: ClusteringDivergence, hasGaps: Bool
  ) {
    panels = ranges.map { Matrix(rows: clusters, columns: $0.count) }
    sizes = [Int](repeating: 0, count: clusters)
    shifts = [Double](repeating: 0, count: clusters)
    let words = hasGaps ? supportWords(ranges.last?.upperBound ?? 0) : 0
    support = [UInt64](repeating: divergence == .forwardKL ? 0 : ~0, count: clusters * words)
  }

  /// Adds the sums of other rows.
  mutating func add(_ other: ClusterSums, _ divergence: ClusteringDivergence) {
    let places = sizes.indices.map { Int32($0) }
    for index in panels.indices {
      addRows(other.panels[index], places: places, into: &panels[index])
    }
    for cluster in sizes.indices {
      sizes[cluster] += other.sizes[cluster]
      shifts[cluster] += other.shifts[cluster]
    }
    for index in support.indices {
      if divergence == .forwardKL {
        support[index] |= other.support[index]
      } else {
        support[index] &= other.support[index]
      }
    }
  }

  /// Takes the classes of a row into the support of its cluster.
  mutating func note(
    _ bits: ArraySlice<UInt64>, cluster: Int, _ divergence: ClusteringDivergence
  ) {
    let start = cluster * bits.count
    for (offset, word) in bits.enumerated() {
      if divergence == .forwardKL {
        support[start + offset] |= word
      } else {
        support[start + offset] &= word
      }
    }
  }

  /// The centroids of the sums, and Σ over the clusters of what their rows' divergences are, for forward KL
  /// less the rows' own Σ p log p.
  ///
  ///     forward:  c = Σ p / n                     Σ D(p‖c) = n H(c) + Σ Σ p log p
  ///     reverse:  c = exp(Σ log p / n) / z        Σ D(c‖p) = -n log z
  ///
  /// A cluster without rows keeps the centroid that it had.
  ///
  /// Source: Banerjee, Merugu, Dhillon and Ghosh, *Clustering with Bregman divergences*, JMLR 6, 2005,
  /// proposition 1, for both: D(c‖p) is a Bregman divergence of the logarithms.
  func centroids(
    _ divergence: ClusteringDivergence, before: Centroids
  ) -> (centroids: Centroids, cost: Double) {
    var values: [Double] = []
    values.reserveCapacity(before.count * before.classes)
    var cost = 0.0
    for cluster in sizes.indices {
      guard sizes[cluster] > 0 else {
        values += before.values.row(cluster)
        continue
      }
      let (row, part) =
        divergence == .forwardKL ? mean(of: cluster) : geometricMean(of: cluster)
      values += row
      cost += part
    }
    return (Centroids(values: Matrix(values, rows: before.count, columns: before.classes)), cost)
  }

  private func row(_ cluster: Int) -> [Double] { panels.flatMap { $0.row(cluster) } }

  private func hasMass(_ cluster: Int, _ k: Int, _ words: Int) -> Bool {
    words == 0 || support[cluster * words + k / 64] >> UInt64(k % 64) & 1 == 1
  }

  private func mean(of cluster: Int) -> (row: [Double], cost: Double) {
    var row = self.row(cluster)
    let words = support.count / sizes.count
    var total = 0.0
    for k in row.indices {
      row[k] += shifts[cluster]
      total += row[k]
    }
    for k in row.indices {
      row[k] = hasMass(cluster, k, words) ? max(row[k] / total, Centroids.leastMass) : 0
    }
    var entropy = 0.0
    for (p, l) in zip(row, logarithms(row)) where p > 0 { entropy -= p * l }
    return (row, Double(sizes[cluster]) * entropy)
  }

  private func geometricMean(of cluster: Int) -> (row: [Double], cost: Double) {
    var row = self.row(cluster)
    let words = support.count / sizes.count
    let size = Double(sizes[cluster])
    var top = -Double.infinity
    for k in row.indices {
      row[k] = hasMass(cluster, k, words) ? (row[k] + shifts[cluster]) / size : -.infinity
      top = max(top, row[k])
    }
    var total = 0.0
    for k in row.indices where row[k] > -.infinity { total += exp(row[k] - top) }
    let logTotal = top + log(total)
    for k in row.indices {
      row[k] = row[k] > -.infinity ? max(exp(row[k] - logTotal), Centroids.leastMass) : 0
    }
    return (row, -size * logTotal)
  }
}
