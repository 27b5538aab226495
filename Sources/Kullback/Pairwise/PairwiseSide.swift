internal import KullbackKernels

/// A set as all pairs need it: its rows with the logarithms of their normalisers and their entropies.
struct PairwiseSide: Sendable {
  /// The set in order, its logits levelled where they are far from 0.
  let set: DistributionSet
  let operand: RowOperand
  /// The rows as they were given, in order: what the kernels for two rows read, to which no level is too far.
  let given: RowOperand
  /// Which of the rows are equal; nil where all are different, or each counts by itself.
  let distinct: DistinctRows?
  /// How many rows take part, of equal ones the first.
  ///
  /// What follows is of these, but where it says otherwise.
  let count: Int
  /// Of all rows of the set; +inf for those that are not valid: they take part with no mass at all.
  private(set) var normalisers: [Double]
  /// Empty where not asked for.
  let entropies: [Double]
  /// The first largest class of each row; empty where not asked for.
  let largest: [Double]
  /// Rows of the set that are not valid, in order, and why.
  let invalid: [(row: Int, status: RowStatus)]
  let isValid: [Bool]
  /// Whether a row has a logit that is too far from its largest for `Double`, which tiles take for the least
  /// number; empty where no row has.
  let isBeyond: [Bool]
  /// Whether elements have more digits than `Float`.
  let isWide: Bool

  /// - Parameter original: a set in order: all rows are read again and again.
  init(
    _ original: DistributionSet, distinct: DistinctRows? = nil, wantsEntropies: Bool,
    wantsLargest: Bool = false, threads: Int
  ) throws(KullbackError) {
    self.distinct = distinct
    func kept<Value>(_ values: [Value]) -> [Value] {
      guard let distinct, !values.isEmpty else { return values }
      return distinct.firsts.map { values[$0] }
    }
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
    isBeyond = kept(original.rowsBeyond(normalisers: found, threads: threads))
    self.set = set
    operand = set.operand()
    count = distinct?.firsts.count ?? set.count
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
    entropies = wantsEntropies ? kept(results[.entropy]) : []
    largest = wantsLargest ? kept(results[.largest]) : []
    isValid = kept(valid)
  }

  /// The number in the set of a row that takes part.
  func place(of row: Int) -> Int { distinct?.firsts[row] ?? row }

  /// How many of the set's rows are done when the first so many that take part are.
  func finished(_ rows: Int) -> Int {
    guard let distinct else { return rows }
    return rows < count ? distinct.firsts[rows] : distinct.places.count
  }

  /// The numbers in the set of rows that take part.
  func places(of rows: RowSelection) -> RowSelection {
    guard let distinct else { return rows }
    return switch rows {
    case .range(let range): .list(Array(distinct.firsts[range]))
    case .list(let list): .list(list.map { distinct.firsts[$0] })
    }
  }

  /// The columns of a result that a range of the rows that take part are written to.
  func runs<Result>(of rows: Range<Int>, in: ResultGrid<Result>) -> [ResultGrid<Result>.Run] {
    guard let distinct else {
      return [.init(source: 0, column: rows.lowerBound, count: rows.count)]
    }
    var runs: [ResultGrid<Result>.Run] = []
    distinct.forEachRun(of: rows) { kind, row, count in
      runs.append(.init(source: kind - rows.lowerBound, column: row, count: count))
    }
    return runs
  }

  /// What is said of the set's rows, in order: those that are not valid, and those of pairs that come to more than
  /// numbers hold.
  func findings(outOfRange rows: [Int]) -> [(row: Int, status: RowStatus)] {
    guard !rows.isEmpty else { return invalid }
    let all = rows.flatMap { row in distinct.map { $0.members(of: row) } ?? [row] }
    return (invalid + all.map { ($0, RowStatus.outOfRange) }).sorted { $0.row < $1.row }
  }

  /// Up to `limit` valid rows that take part, evenly spaced, beginning at a fraction of the space between them.
  func sample(_ limit: Int, from fraction: Double = 0.5) -> [Int] {
    let step = max(1, (count + limit - 1) / limit)
    return Array(
      stride(from: Int(fraction * Double(step)), to: count, by: step).filter { isValid[$0] }
        .prefix(limit))
  }

  /// The same with normalisers to the digits of `Double`, where sums in `Float` made them.
  func exact(threads: Int) -> PairwiseSide {
    guard !isWide else { return self }
    let (rows, classes, step) = (operand.matrix.rows, operand.matrix.columns, 32)
    let reference = [Double](repeating: 0, count: classes)
    let starts = Array(stride(from: 0, to: rows, by: step))
    let masses = inOrder(starts.count, threads: threads) { index in
      let some = starts[index]..<min(rows, starts[index] + step)
      var tile = RowTile(of: Double.self, panelClasses: 512)
      for from in stride(from: 0, to: classes, by: 4096) {
        tile.prepare(
          operand, rows: some, classes: from..<min(classes, from + 4096), normalisers: normalisers,
          form: .masses, reference: reference, continues: from > 0)
      }
      return tile.mass
    }
    // What is not 1 of a row's sum is what its normaliser is off by.
    let corrections = logarithms(masses.flatMap { $0 })
    var side = self
    for row in 0..<rows where normalisers[row] < .infinity {
      side.normalisers[row] += corrections[row]
    }
    return side
  }
}
