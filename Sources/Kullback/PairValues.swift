internal import KullbackKernels

/// What the kernels found of pairs of rows: quantities, power sums, or both.
struct PairValues: Sendable {
  let rows: Int
  private var pairs: PairResults?
  private var powers: PowerResults?

  /// Room for what measures of `rows` rows come from: every source once.
  init(sources: [Measure.Source], rows: Int) {
    self.rows = rows
    var (quantities, orders): ([PairQuantity], [Double]) = ([], [])
    for source in sources {
      switch source {
      case .quantity(let quantity):
        if !quantities.contains(quantity) { quantities.append(quantity) }
      case .power(let order):
        if !orders.contains(order) { orders.append(order) }
      }
    }
    // Without either there still are rows to be checked.
    if !quantities.isEmpty || orders.isEmpty {
      pairs = PairResults(quantities: quantities, rows: rows)
    }
    if !orders.isEmpty { powers = PowerResults(orders: orders, rows: rows) }
  }

  /// Evaluates rows of both sides; results go to rows `place` and on here.
  mutating func evaluate(
    _ target: RowOperand, _ model: RowOperand, rows: Range<Int>, at place: Int, threads: Int
  ) {
    // Taken out while they are written, so that nobody else holds them.
    if var some = pairs.take() {
      evaluatePairs(
        target, model, rows: rows, into: &some, at: place, threads: threads)
      pairs = some
    }
    if var some = powers.take() {
      evaluatePowerSums(
        target, model, rows: rows, into: &some, at: place, threads: threads)
      powers = some
    }
  }

  /// The values of a source that was asked for, one a row; NaN where a row is not valid.
  subscript(source: Measure.Source) -> [Double] {
    switch source {
    case .quantity(let quantity):
      if let pairs { return pairs[quantity] }
    case .power(let order):
      if let powers { return powers[order] }
    }
    preconditionFailure("\(source) was not asked for")
  }

  /// Rows that are not valid, numbered from `firstRow` on.
  func diagnostics(firstRow: Int) -> Diagnostics {
    var diagnostics = Diagnostics()
    let invalid = pairs?.invalidRows(in: 0..<rows) ?? powers?.invalidRows(in: 0..<rows) ?? []
    for row in invalid {
      guard let status = pairs?.status(ofRow: row) ?? powers?.status(ofRow: row) else { continue }
      diagnostics.add(row: firstRow + row, target: status.first, model: status.second)
    }
    return diagnostics
  }
}
