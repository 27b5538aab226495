internal import KullbackKernels

/// A set as all pairs need it: its rows with the logarithms of their normalisers and their entropies.
struct PairwiseSide: Sendable {
  let operand: RowOperand
  let count: Int
  /// +inf for rows that are not valid: they take part with no mass at all.
  let normalisers: [Double]
  /// Empty where not asked for.
  let entropies: [Double]
  /// Rows that are not valid, in order, and why.
  let invalid: [(row: Int, status: RowStatus)]
  let isValid: [Bool]
  /// Whether elements have more digits than `Float`.
  let isWide: Bool

  init(_ set: DistributionSet, wantsEntropies: Bool, threads: Int) {
    operand = set.operand()
    count = set.count
    isWide =
      switch set.matrix.kind {
      case .float32, .float16, .bfloat16: false
      case .float64, .int32, .int64: true
      }
    let quantities: [RowQuantity] = wantsEntropies ? [.logNormaliser, .entropy] : [.logNormaliser]
    var results = RowResults(quantities: quantities, rows: set.count)
    evaluateRows(operand, rows: 0..<set.count, into: &results, threads: threads)
    var valid = [Bool](repeating: true, count: set.count)
    var normalisers = results[.logNormaliser]
    invalid = results.invalidRows(in: 0..<set.count).map { row in
      valid[row] = false
      normalisers[row] = .infinity
      return (row, results.status(ofRow: row))
    }
    self.normalisers = normalisers
    entropies = wantsEntropies ? results[.entropy] : []
    isValid = valid
  }

  /// Up to `limit` valid rows, evenly spaced, beginning at a fraction of the space between them.
  func sample(_ limit: Int, from fraction: Double = 0.5) -> [Int] {
    let step = max(1, (count + limit - 1) / limit)
    return Array(
      stride(from: Int(fraction * Double(step)), to: count, by: step).filter { isValid[$0] }
        .prefix(limit))
  }
}
