internal import KullbackKernels
internal import CLibm

/// The rows that are put into clusters, and what is known of all of them.
struct ClusterRows: Sendable {
  let source: DistributionSet
  let divergence: ClusteringDivergence
  let operand: RowOperand
  /// The logarithm of each row's normaliser, +inf for a row that is not valid.
  let normalisers: [Double]
  /// Rows that are not valid, in order, and why.
  let invalid: [(row: Int, status: RowStatus)]
  let isValid: [Bool]
  /// What rows of masses are multiplied by to be probabilities; empty for other forms and for reverse KL.
  let scales: [Double]
  /// Σ Σ p log p over the valid rows.
  let negentropy: Double
  /// Whether a valid row, or a centroid that was given, has a class without mass.
  let hasGaps: Bool
  /// The least log p of a class that has mass.
  let leastLogarithm: Double

  var count: Int { source.count }
  var classes: Int { source.classes }
  var validCount: Int { count - invalid.count }

  /// Reads all rows twice.
  init(
    _ original: DistributionSet, _ divergence: ClusteringDivergence,
    centroidsHaveGaps: Bool = false,
    threads: Int
  ) throws {
    self.divergence = divergence
    let side = try PairwiseSide(
      try original.inOrder(threads: threads), wantsEntropies: divergence == .forwardKL,
      threads: threads)
    let set = side.set
    source = set
    operand = side.operand
    normalisers = side.normalisers
    invalid = side.invalid
    isValid = side.isValid
    let isMass = set.form == .probabilities || set.form == .weights
    scales = divergence == .forwardKL && isMass ? side.normalisers.map { exp(-$0) } : []
    var negentropy = 0.0
    for (row, entropy) in side.entropies.enumerated() where side.isValid[row] {
      negentropy -= entropy
    }
    self.negentropy = negentropy
    var (hasGaps, least) = (centroidsHaveGaps, 0.0)
    for from in stride(from: 0, to: set.count, by: 1 << 16) {
      try checkCancellation()
      let rows = from..<min(set.count, from + 1 << 16)
      let found = leastMasses(side.operand, rows: rows, threads: threads)
      let logs =
        isMass
        ? logarithms(found.least.map { $0 + set.smoothing })
        : found.least.map { $0 / set.temperature }
      for (offset, log) in logs.enumerated() where side.isValid[from + offset] {
        hasGaps = hasGaps || found.gaps[offset]
        least = min(least, log - side.normalisers[from + offset])
      }
    }
    self.hasGaps = hasGaps
    leastLogarithm = least
  }

  /// Whether products have to be those of `Double`: stored so, or masses below what `Float` can hold.
  var isWide: Bool {
    switch divergence {
    case .forwardKL: source.matrix.kind.byteCount == 8 || leastLogarithm < -80
    case .reverseKL: source.matrix.kind.byteCount == 8 || leastLogarithm < -1e30
    }
  }

  /// Whether the rows as they are stored can be factors of products: the scale of a row of masses, and what
  /// all logits of a row are shifted by, are the same for all centroids.
  func areFactors(_ kind: ElementKind) -> Bool {
    guard !hasGaps, source.matrix.kind == kind, source.matrix.rowStride <= Int(Int32.max) else {
      return false
    }
    switch (divergence, source.form) {
    case (.forwardKL, .probabilities), (.forwardKL, .weights): return true
    case (.reverseKL, .logits), (.reverseKL, .logProbabilities):
      // Large shifts take the digits that tell the centroids apart.
      return normalisers.allSatisfy { abs($0) < 1000 || $0 == .infinity }
    default: return false
    }
  }

  /// What tiles of rows hold.
  var tileForm: TileForm { divergence == .forwardKL ? .plainMasses : .logarithms }

  /// The diagnostics of the rows that are not valid.
  var diagnostics: Diagnostics {
    var diagnostics = Diagnostics()
    for (row, status) in invalid { diagnostics.add(row: row, target: status, model: .valid) }
    return diagnostics
  }

  /// What became of every row.
  var reasons: RowReasons {
    var codes = [UInt8](repeating: 0, count: count)
    for (row, status) in invalid { codes[row] = status.rawValue }
    return RowReasons(codes: codes)
  }

  /// The divergence of every row from the row that `place` says (-1: +inf); NaN for a row that is not valid.
  func divergences(
    threads: Int, fromRow place: @Sendable (Int) -> Int
  ) throws -> [Double] {
    var result = isValid.map { $0 ? Double.infinity : .nan }
    let step = 1 << 12
    let stretches = stride(from: 0, to: count, by: step).map { $0..<min(count, $0 + step) }
    for from in stride(from: 0, to: stretches.count, by: 16 * threads) {
      try checkCancellation()
      let some = Array(stretches[from..<min(stretches.count, from + 16 * threads)])
      let found = inOrder(some.count, threads: threads) { index in
        let rows = some[index].filter { place($0) >= 0 }
        let values = evaluatePairs(
          operand, rows: rows, operand, rows: rows.map(place),
          quantities: [divergence.quantity])[divergence.quantity]
        return (rows, values)
      }
      for (rows, values) in found {
        for (row, value) in zip(rows, values) { result[row] = value }
      }
    }
    return result
  }
}
