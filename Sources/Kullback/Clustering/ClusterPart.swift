internal import KullbackKernels
internal import CLibm

/// One assignment of some rows to given centroids, and what the next centroids are made of: the work of one machine, or of
/// one part of the rows, in an iteration of clustering.
///
///     var sum = ClusterPart(clusters: 10, classes: 1000)
///     for part in parts { sum = sum + (try ClusterPart(of: part, to: centroids)) }
///     centroids = try sum.centroids(before: centroids)
///
/// Sums are carried with twice the digits of a `Double`, so that parts add up to the same whichever way rows were split,
/// to the last digits of a `Double`. Memory: 16 bytes for each cluster and class.
public struct ClusterPart: Sendable {
  /// What clusters are formed by.
  public let divergence: ClusteringDivergence
  /// Classes.
  public let classes: Int
  /// Rows of each cluster.
  public private(set) var sizes: [Int]
  /// Σ p, or for reverse KL Σ log p, cluster after cluster.
  private var sums: [DoubleDouble]
  private var cost = DoubleDouble.zero

  /// Clusters.
  public var clusters: Int { sizes.count }
  /// The sum of the divergences of all valid rows from their centroids, in nats.
  public var objective: Double { cost.value }

  /// The part of no rows.
  ///
  /// - Precondition: neither number is negative.
  public init(clusters: Int, classes: Int, by divergence: ClusteringDivergence = .forwardKL) {
    self.divergence = divergence
    self.classes = classes
    sizes = [Int](repeating: 0, count: clusters)
    sums = [DoubleDouble](repeating: .zero, count: clusters * classes)
  }

  /// The part of a set's rows.
  ///
  /// - Parameters:
  ///   - set: the rows.
  ///   - centroids: a centroid a row.
  ///   - divergence: what is small inside a cluster.
  ///   - threads: how many to use; by default the processors that this process may run on.
  /// - Throws: as `DistributionSet.assignments(to:by:threads:workingMemory:)`.
  public init(
    of set: DistributionSet, to centroids: Matrix<Double>,
    by divergence: ClusteringDivergence = .forwardKL, threads: Int? = nil
  ) throws {
    self.init(clusters: centroids.rows, classes: centroids.columns, by: divergence)
    try add(set, to: centroids, threads: threads)
  }

  /// Takes the rows of a further set.
  ///
  /// - Returns: where they were assigned.
  /// - Throws: as `DistributionSet.assignments(to:by:threads:workingMemory:)`, and `KullbackError.shapeMismatch` for other
  ///   numbers of clusters and classes than the part has.
  @discardableResult
  public mutating func add(
    _ set: DistributionSet, to centroids: Matrix<Double>, threads: Int? = nil,
    workingMemory: Int? = nil
  ) throws -> CentroidAssignment {
    let given = Shape(rows: centroids.rows, columns: centroids.columns)
    guard given == Shape(rows: clusters, columns: classes) else {
      throw KullbackError.shapeMismatch(target: set.shape, model: given)
    }
    let found = try set.assignments(
      to: centroids, by: divergence, threads: threads, workingMemory: workingMemory)
    let threads = try checked(threads: threads)
    var panels = ClusterLayout.panels(classes).map { panel in
      (
        panel,
        sizes.indices.flatMap {
          sums[$0 * classes + panel.lowerBound..<$0 * classes + panel.upperBound]
        }
      )
    }
    let step = max(1, (8 << 20) / max(1, 8 * classes))
    for from in stride(from: 0, to: set.count, by: step) {
      try checkCancellation()
      let rows = from..<min(set.count, from + step)
      let values = try set[rows].factors(divergence, threads: threads)
      let places = Array(found.assignments[rows])
      let current = panels
      panels = inOrder(panels.count, threads: threads) { index in
        var (panel, sums) = current[index]
        values.withElements { elements, stride in
          for (row, place) in places.enumerated() where place >= 0 {
            let (source, target) = (row * stride + panel.lowerBound, place * panel.count)
            for k in 0..<panel.count {
              sums[target + k] = sums[target + k] + DoubleDouble(elements[source + k])
            }
          }
        }
        return (panel, sums)
      }
    }
    for (panel, parts) in panels {
      for cluster in sizes.indices {
        for k in panel {
          sums[cluster * classes + k] = parts[cluster * panel.count + k - panel.lowerBound]
        }
      }
    }
    for place in found.assignments where place >= 0 { sizes[place] += 1 }
    for value in found.divergences where !value.isNaN { cost = cost + DoubleDouble(value) }
    return found
  }

  /// Those of both parts' rows.
  ///
  /// - Precondition: both are of as many clusters and classes, by the same divergence.
  public static func + (left: ClusterPart, right: ClusterPart) -> ClusterPart {
    precondition(
      left.clusters == right.clusters && left.classes == right.classes
        && left.divergence == right.divergence, "parts of other clusters")
    var sum = left
    sum.sizes = zip(left.sizes, right.sizes).map(+)
    sum.sums = zip(left.sums, right.sums).map(+)
    sum.cost = left.cost + right.cost
    return sum
  }

  /// The centroids of the rows as they were assigned; a cluster without rows keeps the centroid that it had.
  ///
  /// - Throws: `KullbackError.shapeMismatch` for other numbers of clusters and classes than the part has.
  public func centroids(before: Matrix<Double>) throws(KullbackError) -> Matrix<Double> {
    let (own, given) = (
      Shape(rows: clusters, columns: classes), Shape(rows: before.rows, columns: before.columns)
    )
    guard own == given else { throw .shapeMismatch(target: own, model: given) }
    var values: [Double] = []
    values.reserveCapacity(clusters * classes)
    for cluster in sizes.indices {
      guard sizes[cluster] > 0 else {
        values += before.row(cluster)
        continue
      }
      let row = sums[cluster * classes..<(cluster + 1) * classes].map {
        $0.value / Double(sizes[cluster])
      }
      values += divergence == .forwardKL ? Self.mean(row) : Self.geometricMean(row)
    }
    return Matrix(values, rows: clusters, columns: classes)
  }

  private static func mean(_ row: [Double]) -> [Double] {
    let total = row.reduce(0, +)
    return row.map { $0 > 0 ? max($0 / total, Centroids.leastMass) : 0 }
  }

  private static func geometricMean(_ row: [Double]) -> [Double] {
    let top = row.max() ?? 0
    // Rows that have no class in common have no such mean.
    guard top > -.infinity else { return row.map { _ in 1 / Double(row.count) } }
    let masses = row.map { exp($0 - top) }
    let total = masses.reduce(0, +)
    return zip(row, masses).map { $0 > -.infinity ? max($1 / total, Centroids.leastMass) : 0 }
  }
}

extension ClusterPart {
  /// A part whose numbers are kept elsewhere; nil where they are not as many as there have to be, or counts of nothing.
  ///
  /// - Parameters:
  ///   - sums: two numbers for each cluster and class, the second what the first rounds.
  ///   - cost: two such numbers.
  package init?(
    clusters: Int, classes: Int, by divergence: ClusteringDivergence, sums: [Double],
    sizes: [Int], cost: [Double]
  ) {
    guard sums.count == 2 * clusters * classes, sizes.count == clusters, cost.count == 2,
      sizes.allSatisfy({ (0...1 << 48).contains($0) })
    else { return nil }
    self.divergence = divergence
    self.classes = classes
    self.sizes = sizes
    self.sums = stride(from: 0, to: sums.count, by: 2).map {
      DoubleDouble(high: sums[$0], low: sums[$0 + 1])
    }
    self.cost = DoubleDouble(high: cost[0], low: cost[1])
  }

  /// The numbers that make this part again.
  package var numbers: (sums: [Double], cost: [Double]) {
    (sums.flatMap { [$0.high, $0.low] }, [cost.high, cost.low])
  }
}

extension DistributionSet {
  /// What is added up of every row: p, or for reverse KL log p.
  ///
  /// A class that has mass has some in the result too.
  fileprivate func factors(
    _ divergence: ClusteringDivergence, threads: Int
  ) throws(KullbackError) -> Matrix<Double> {
    let logs = try logProbabilities(as: Double.self, threads: threads).values
    guard divergence == .forwardKL else { return logs }
    var masses = try probabilities(as: Double.self, threads: threads).values
    masses.withMutableElements { elements, stride in
      logs.withElements { logs, logStride in
        for row in 0..<count {
          for k in 0..<classes
          where elements[row * stride + k] == 0 && logs[row * logStride + k] > -.infinity {
            elements[row * stride + k] = Centroids.leastMass
          }
        }
      }
    }
    return masses
  }
}
