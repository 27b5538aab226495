internal import KullbackKernels

/// A set as all pairs need it: its rows with the logarithms of their normalisers and their entropies.
struct PairwiseSide: Sendable {
  /// The set in order, its logits levelled where they are far from 0.
  let set: DistributionSet
  let operand: RowOperand
  /// The rows as they were given, in order: what the kernels for two rows read, to which no level is too far.
  let given: RowOperand
  let count: Int
  /// +inf for rows that are not valid: they take part with no mass at all.
  private(set) var normalisers: [Double]
  /// Empty where not asked for.
  let entropies: [Double]
  /// The first largest class of each row; empty where not asked for.
  let largest: [Double]
  /// Rows that are not valid, in order, and why.
  let invalid: [(row: Int, status: RowStatus)]
  let isValid: [Bool]
  /// Whether a row has a logit that is too far from its largest for `Double`, which tiles take for the least
  /// number; empty where no row has.
  let isBeyond: [Bool]
  /// Whether elements have more digits than `Float`.
  let isWide: Bool

  init(
    _ given: DistributionSet, wantsEntropies: Bool, wantsLargest: Bool = false, threads: Int
  ) throws(KullbackError) {
    // All rows are read again and again.
    let original = try given.inOrder(threads: threads)
    var quantities: [RowQuantity] = [.logNormaliser]
    if wantsEntropies { quantities.append(.entropy) }
    if wantsLargest { quantities.append(.largest) }
    func evaluated(_ set: DistributionSet, _ quantities: [RowQuantity]) -> RowResults {
      var results = RowResults(quantities: quantities, rows: set.count)
      evaluateRows(set.operand(), rows: 0..<set.count, into: &results, threads: threads)
      return results
    }
    let results = evaluated(original, quantities)
    let found = results[.logNormaliser]
    var (set, normalisers) = (original, found)
    let isFar = found.contains { abs($0) > DistributionSet.farthestNormaliser }
    if set.form == .logits, isFar {
      set = try original.levelled()
      normalisers = evaluated(set, [.logNormaliser])[.logNormaliser]
    }
    self.given = original.operand()
    isBeyond = original.rowsBeyond(normalisers: found, threads: threads)
    self.set = set
    operand = set.operand()
    count = set.count
    isWide =
      switch set.matrix.kind {
      case .float32, .float16, .bfloat16: false
      case .float64, .int32, .int64: true
      }
    var valid = [Bool](repeating: true, count: set.count)
    invalid = results.invalidRows(in: 0..<set.count).map { row in
      valid[row] = false
      normalisers[row] = .infinity
      return (row, results.status(ofRow: row))
    }
    self.normalisers = normalisers
    entropies = wantsEntropies ? results[.entropy] : []
    largest = wantsLargest ? results[.largest] : []
    isValid = valid
  }

  /// What is said of rows, in order: those that are not valid, and those of pairs that come to more than numbers hold.
  func findings(outOfRange rows: [Int]) -> [(row: Int, status: RowStatus)] {
    guard !rows.isEmpty else { return invalid }
    return (invalid + rows.map { ($0, RowStatus.outOfRange) }).sorted { $0.row < $1.row }
  }

  /// Up to `limit` valid rows, evenly spaced, beginning at a fraction of the space between them.
  func sample(_ limit: Int, from fraction: Double = 0.5) -> [Int] {
    let step = max(1, (count + limit - 1) / limit)
    return Array(
      stride(from: Int(fraction * Double(step)), to: count, by: step).filter { isValid[$0] }
        .prefix(limit))
  }

  /// The same with normalisers to the digits of `Double`, where sums in `Float` made them.
  func exact(threads: Int) -> PairwiseSide {
    guard !isWide else { return self }
    let classes = operand.matrix.columns, step = 32
    let reference = [Double](repeating: 0, count: classes)
    let starts = Array(stride(from: 0, to: count, by: step))
    let masses = inOrder(starts.count, threads: threads) { index in
      let rows = starts[index]..<min(count, starts[index] + step)
      var tile = RowTile(of: Double.self, panelClasses: 512)
      for from in stride(from: 0, to: classes, by: 4096) {
        tile.prepare(
          operand, rows: rows, classes: from..<min(classes, from + 4096), normalisers: normalisers,
          form: .masses, reference: reference, continues: from > 0)
      }
      return tile.mass
    }
    // What is not 1 of a row's sum is what its normaliser is off by.
    let corrections = logarithms(masses.flatMap { $0 })
    var side = self
    for row in 0..<count where isValid[row] { side.normalisers[row] += corrections[row] }
    return side
  }
}
