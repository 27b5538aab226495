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

  init(_ set: DistributionSet, wantsEntropies: Bool, threads: Int) {
    operand = set.operand()
    count = set.count
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

  /// Adds the probabilities of up to `limit` rows, evenly spaced, to a sum; returns how many there were.
  func addSample(_ limit: Int, to sum: inout [Double]) -> Int {
    let step = max(1, count / limit)
    let rows = stride(from: 0, to: count, by: step).filter { isValid[$0] }.prefix(limit)
    var row = Matrix<Double>(rows: 1, columns: sum.count)
    for index in rows {
      writeRows(operand, rows: index..<index + 1, as: .softmax, into: &row, threads: 1)
      for (k, p) in row.values.enumerated() { sum[k] += p }
    }
    return rows.count
  }
}
