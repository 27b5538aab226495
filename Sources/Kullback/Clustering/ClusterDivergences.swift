internal import KullbackKernels
internal import CLibm

/// The divergences of rows from the centroids that they are at.
///
///     forward:  D(p‖c) = Σ p log p - Σ p log c
///     reverse:  D(c‖p) = Σ c log c - Σ c log p
///
/// in `Double`; where the difference is so small that its rounding is more than is promised, the kernel for two
/// rows evaluates it again.
struct ClusterDivergences: Sendable {
  private let rows: ClusterRows
  private let centroids: Centroids
  /// log c, 0 where there is no mass, or for reverse KL c.
  private let factors: [[Double]]
  /// Σ c log c.
  private let negentropies: [Double]
  /// A bit for each class with mass; empty where all have.
  private let support: [UInt64]
  /// What a sum is rounded by over the tolerance, in units of its terms.
  private let slope: Double

  init(_ rows: ClusterRows, _ centroids: Centroids) {
    self.rows = rows
    self.centroids = centroids
    let isForward = rows.divergence == .forwardKL
    var (factors, negentropies) = ([[Double]](), [Double]())
    for cluster in 0..<centroids.count {
      let values = centroids.values.row(cluster)
      let logs = logarithms(values).map { $0 > -.infinity ? $0 : 0 }
      factors.append(isForward ? logs : values)
      negentropies.append(zip(values, logs).reduce(0) { $0 + $1.0 * $1.1 })
    }
    self.factors = factors
    self.negentropies = negentropies
    support = rows.hasGaps ? centroids.support() : []
    let tolerance = rows.source.matrix.kind.byteCount == 8 ? 1e-12 : 1e-7
    slope = (4 + Double(rows.classes).squareRoot() / 4) * 0x1p-53 / tolerance
  }

  /// The divergence of every row: NaN for a row that is not valid, +inf for one without a centroid (-1).
  func evaluate(_ assignments: [Int32], threads: Int) throws -> [Double] {
    let step = max(16, (1 << 16) / max(1, rows.classes))
    let tiles = stride(from: 0, to: rows.count, by: step).map { $0..<min(rows.count, $0 + step) }
    var result: [Double] = []
    result.reserveCapacity(rows.count)
    for from in stride(from: 0, to: tiles.count, by: 64 * threads) {
      try checkCancellation()
      let some = Array(tiles[from..<min(tiles.count, from + 64 * threads)])
      for part in inOrder(some.count, threads: threads, { values(of: some[$0], assignments) }) {
        result += part
      }
    }
    return result
  }

  private func values(of range: Range<Int>, _ assignments: [Int32]) -> [Double] {
    let width = supportWords(rows.classes) * 64
    let reference = [Double](repeating: 0, count: rows.classes)
    let isForward = rows.divergence == .forwardKL
    var masses = RowTile(of: Double.self, panelClasses: width)
    masses.prepare(
      rows.operand, rows: range, classes: 0..<rows.classes, normalisers: rows.normalisers,
      form: .masses, reference: reference)
    var logs = RowTile(of: Double.self, panelClasses: width)
    if !isForward {
      logs.prepare(
        rows.operand, rows: range, classes: 0..<rows.classes, normalisers: rows.normalisers,
        form: .logarithms, reference: reference)
    }
    var values = range.map { rows.isValid[$0] ? Double.infinity : .nan }
    var doubtful: [Int] = []
    for (index, row) in range.enumerated() where assignments[row] >= 0 {
      let cluster = Int(assignments[row])
      guard rows.isFinite(masses, index, cluster, support) else { continue }
      let mass = masses.mass[index]
      // The normaliser's own rounding, which is more than that of a sum in Double.
      let rest = log(mass)
      let value: Double
      let size: Double
      if isForward {
        let cross = dot(masses.panels[0], row: index, factors[cluster])
        value = (masses.dot[index] - cross) / mass - rest
        size = (masses.spread[index] - cross) / mass
      } else {
        let cross = dot(logs.panels[0], row: index, factors[cluster])
        value = negentropies[cluster] - cross + rest
        size = -negentropies[cluster] - cross
      }
      values[index] = max(0, value)
      if !(value > slope * size) { doubtful.append(row) }
    }
    for (row, value) in zip(doubtful, again(doubtful, assignments)) {
      values[row - range.lowerBound] = value
    }
    return values
  }

  private func again(_ doubtful: [Int], _ assignments: [Int32]) -> [Double] {
    evaluatePairs(
      rows.operand, rows: doubtful,
      RowOperand(AnyMatrix(centroids.values), form: .probabilities, tolerance: .infinity),
      rows: doubtful.map { Int(assignments[$0]) }, quantities: [rows.divergence.quantity]
    )[rows.divergence.quantity]
  }
}

extension ClusterRows {
  /// Whether a row of a tile is at a finite divergence from a centroid of this support.
  func isFinite<Element>(
    _ tile: RowTile<Element>, _ index: Int, _ cluster: Int, _ support: [UInt64]
  ) -> Bool {
    guard !support.isEmpty else { return true }
    let words = tile.wordsPerRow
    let (mine, other) = (index * words, cluster * words)
    for word in 0..<words {
      let (row, centroid) = (tile.bits[mine + word], support[other + word])
      if (divergence == .forwardKL ? row & ~centroid : centroid & ~row) != 0 { return false }
    }
    return true
  }
}
