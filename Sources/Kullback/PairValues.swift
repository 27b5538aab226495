internal import KullbackKernels

/// What the kernels found of pairs of rows: quantities, those with a parameter, or both.
struct PairValues: Sendable {
  let rows: Int
  private var pairs: PairResults?
  private var parametric: ParametricResults?

  /// Room for what measures of `rows` rows come from: every source once.
  init(sources: [Measure.Source], rows: Int) {
    self.rows = rows
    var (quantities, others): ([PairQuantity], [ParametricQuantity]) = ([], [])
    for source in sources {
      switch source {
      case .quantity(let quantity):
        if !quantities.contains(quantity) { quantities.append(quantity) }
      case .parametric(let quantity):
        if !others.contains(quantity) { others.append(quantity) }
      }
    }
    // Without either there still are rows to be checked.
    if !quantities.isEmpty || others.isEmpty {
      pairs = PairResults(quantities: quantities, rows: rows)
    }
    if !others.isEmpty { parametric = ParametricResults(quantities: others, rows: rows) }
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
    if var some = parametric.take() {
      evaluateParametric(
        target, model, rows: rows, into: &some, at: place, threads: threads)
      parametric = some
    }
  }

  /// The values of a source that was asked for, one a row; NaN where a row is not valid.
  subscript(source: Measure.Source) -> [Double] {
    switch source {
    case .quantity(let quantity):
      if let pairs { return pairs[quantity] }
    case .parametric(let quantity):
      if let parametric { return parametric[quantity] }
    }
    preconditionFailure("\(source) was not asked for")
  }

  /// What became of every row.
  var reasons: RowReasons {
    RowReasons(codes: pairs?.statusBytes ?? parametric?.statusBytes ?? [])
  }
}
