internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Two sets that fit together and a measure of all their pairs.
struct PairwiseJob {
  private enum Engine {
    case single(PairwiseEngine<Float>)
    case double(PairwiseEngine<Double>)
  }

  private let measure: Measure
  private let engine: Engine
  private let targets: PairwiseSide
  private let models: PairwiseSide

  init(
    _ measure: Measure, targets: DistributionSet, models: DistributionSet, threads: Int?,
    workingMemory: Int?, holdsBand: Bool
  ) throws(KullbackError) {
    guard targets.classes == models.classes else {
      throw .shapeMismatch(target: targets.shape, model: models.shape)
    }
    try checkInstructionSet()
    self.measure = measure
    let threads = threads ?? Threads.default
    let route = PairwiseRoute(measure.source)
    self.targets = PairwiseSide(
      targets, wantsEntropies: route.wantsEntropies, threads: threads)
    self.models = PairwiseSide(models, wantsEntropies: route.wantsEntropies, threads: threads)
    let isWide = [targets, models].contains { $0.matrix.kind.byteCount == 8 }
    let forms = if case .divergences(true, true, _) = route { 2 } else { 1 }
    let tiling = Tiling(
      rows: targets.count, columns: models.count, classes: targets.classes,
      width: isWide ? 8 : 4, forms: forms, threads: threads,
      memory: workingMemory ?? Tiling.defaultMemory, holdsBand: holdsBand)
    var reference = [Double](repeating: 0, count: targets.classes)
    var centres: (targets: [Double], models: [Double]) = ([], [])
    if case .divergences(let forward, let reverse, _) = route {
      reference = PairwiseJob.reference(self.targets, self.models, classes: targets.classes)
      let centre = { (side: PairwiseSide, isUsed: Bool) in
        isUsed
          ? tileCentres(
            side.operand, normalisers: side.normalisers, reference: reference, threads: threads)
          : []
      }
      centres = (centre(self.targets, reverse), centre(self.models, forward))
    }
    if isWide {
      engine = .double(
        PairwiseEngine(
          source: measure.source, route: route, targets: self.targets, models: self.models,
          tiling: tiling, threads: threads, reference: reference, centres: centres))
    } else {
      engine = .single(
        PairwiseEngine(
          source: measure.source, route: route, targets: self.targets, models: self.models,
          tiling: tiling, threads: threads, reference: reference, centres: centres))
    }
  }

  /// The logarithms of the mean of a few rows: near enough to take most of the logarithms away.
  private static func reference(
    _ targets: PairwiseSide, _ models: PairwiseSide, classes: Int
  ) -> [Double] {
    var sum = [Double](repeating: 0, count: classes)
    let rows = targets.addSample(16, to: &sum) + models.addSample(16, to: &sum)
    let scale = 1 / Double(max(1, rows)), floor = 1e-6 / Double(classes)
    return logarithms(sum.map { $0 * scale + floor })
  }

  /// Targets of a band.
  var bandRows: Int {
    switch engine {
    case .single(let engine): engine.tiling.bandRows
    case .double(let engine): engine.tiling.bandRows
    }
  }

  /// Computes all tiles; see `PairwiseEngine.run(_:band:)`.
  func run(
    _ body: @escaping @Sendable (Range<Int>, Range<Int>, Matrix<Double>) -> Void,
    band: (Range<Int>) throws -> Void
  ) throws -> Int {
    let measure = self.measure
    let take: @Sendable (Range<Int>, Range<Int>, Matrix<Double>) -> Void = {
      rows, columns, values in
      body(rows, columns, measure.isPlain ? values : values.map(measure.transform))
    }
    return try BLAS.withThreads(1) {
      switch engine {
      case .single(let engine):
        try engine.run({ take($0.rows, $0.columns, $0.values) }, band: band)
      case .double(let engine):
        try engine.run({ take($0.rows, $0.columns, $0.values) }, band: band)
      }
    }
  }

  /// What is said beside the values.
  func report(refined: Int) -> PairwiseReport {
    var diagnostics = Diagnostics()
    for (row, status) in targets.invalid {
      diagnostics.add(row: row, target: status, model: .valid)
    }
    for (row, status) in models.invalid {
      diagnostics.add(row: row, target: .valid, model: status)
    }
    return PairwiseReport(
      shape: Shape(rows: targets.count, columns: models.count), refined: refined,
      diagnostics: diagnostics)
  }
}

extension Matrix<Double> {
  /// Every element transformed.
  fileprivate func map(_ transform: (Double) -> Double) -> Matrix<Double> {
    Matrix(values.map(transform), rows: rows, columns: columns)
  }
}
