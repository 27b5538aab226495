internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import Synchronization

/// Two sets that fit together and a measure of all their pairs.
struct PairwisePlan {
  private enum Engine {
    case single(PairwiseEngine<Float>)
    case double(PairwiseEngine<Double>)
  }

  /// Where results go.
  enum Destination {
    /// A matrix in memory.
    case matrix
    /// A band of targets after the other.
    case bands
    /// Lists of the nearest.
    case neighbours
  }

  private let measure: Measure
  private let engine: Engine
  let targets: PairwiseSide
  let models: PairwiseSide
  let threads: Int
  private let isSelf: Bool

  /// - Parameter isSelf: both sets are the same.
  init(
    _ measure: Measure, targets: DistributionSet, models: DistributionSet, isSelf: Bool = false,
    threads: Int?, workingMemory: Int?, destination: Destination
  ) throws(KullbackError) {
    guard targets.classes == models.classes else {
      throw .shapeMismatch(target: targets.shape, model: models.shape)
    }
    let threads = try checked(threads: threads)
    try checkInstructionSet()
    self.measure = measure
    self.threads = threads
    self.isSelf = isSelf
    let route = PairwiseRoute(measure.source)
    let first = try targets.inOrder(threads: threads)
    let second = isSelf ? first : try models.inOrder(threads: threads)
    let distinct = DistinctPair(
      first, second, isSelf: isSelf, keepsTargets: destination == .bands, threads: threads)
    let side = { (set: DistributionSet, distinct: DistinctRows?) throws(KullbackError) in
      try PairwiseSide(
        set, distinct: distinct, wantsEntropies: route.wantsEntropies,
        wantsLargest: route == .sameLargest, threads: threads)
    }
    self.targets = try side(first, distinct.targets)
    self.models = isSelf ? self.targets : try side(second, distinct.models)
    let builder = EngineBuilder(
      source: measure.source, route: route, targets: self.targets, models: self.models,
      threads: threads, memory: workingMemory ?? Tiling.defaultMemory, destination: destination,
      isSelf: isSelf, isHalf: isSelf && destination == .matrix && measure.isSymmetric,
      isPlain: measure.isPlain, twins: measure.isDivergence ? distinct.twins : [])
    if let single = BLAS.withOneThread({ builder.single() }) {
      engine = .single(single)
    } else {
      engine = .double(builder.double())
    }
  }

  /// Targets of a band.
  var bandRows: Int {
    switch engine {
    case .single(let engine): engine.tiling.bandRows
    case .double(let engine): engine.tiling.bandRows
    }
  }

  /// Whether pairs below the diagonal are left out: they are those above, turned.
  var isHalf: Bool {
    switch engine {
    case .single(let engine): engine.isHalf
    case .double(let engine): engine.isHalf
    }
  }

  /// Computes all tiles, of the rows that take part; see `PairwiseEngine.run(_:band:)`.
  func run<Result: PairwiseElement>(
    _ sink: PairwiseSink<Result>, band: (Range<Int>) throws -> Void
  ) throws -> PairCounts {
    let measure = self.measure
    let plain: PairwiseSink<Result> =
      measure.isPlain
      ? sink
      : .tiles { rows, columns, values in
        sink.take(rows, columns, values.map(measure.transform))
      }
    return try BLAS.withOneThread {
      switch engine {
      case .single(let engine): try engine.run(plain, band: band)
      case .double(let engine): try engine.run(plain, band: band)
      }
    }
  }

  /// What is said beside the values.
  func report(_ counts: PairCounts) -> PairwiseReport {
    var diagnostics = Diagnostics()
    var (first, second) = counts.outOfRange
    if isSelf {
      // Pairs that are turned were not evaluated.
      first = Set(first + second).sorted()
      second = first
    }
    var codes = [UInt8](repeating: 0, count: targets.set.count)
    var others = [UInt8](repeating: 0, count: models.set.count)
    for (row, status) in targets.findings(outOfRange: first) {
      diagnostics.add(row: row, target: status, model: .valid)
      codes[row] = status.rawValue
    }
    for (row, status) in models.findings(outOfRange: second) {
      diagnostics.add(row: row, target: .valid, model: status)
      others[row] = status.rawValue
    }
    return PairwiseReport(
      shape: Shape(rows: targets.set.count, columns: models.set.count),
      computed: counts.computed, refined: counts.refined, diagnostics: diagnostics,
      targetReasons: RowReasons(codes: codes), modelReasons: RowReasons(codes: others))
  }
}

/// Chooses how the products of a plan are made.
private struct EngineBuilder {
  let source: Measure.Source
  let route: PairwiseRoute
  let targets: PairwiseSide
  let models: PairwiseSide
  let threads: Int
  let memory: Int
  let destination: PairwisePlan.Destination
  let isSelf: Bool
  let isHalf: Bool
  let isPlain: Bool
  let twins: [Int]
  private let reference: PairwiseReference

  init(
    source: Measure.Source, route: PairwiseRoute, targets: PairwiseSide, models: PairwiseSide,
    threads: Int, memory: Int, destination: PairwisePlan.Destination, isSelf: Bool, isHalf: Bool,
    isPlain: Bool, twins: [Int]
  ) {
    self.source = source
    self.route = route
    self.targets = targets
    self.models = models
    self.threads = threads
    self.memory = memory
    self.destination = destination
    self.isSelf = isSelf
    self.isHalf = isHalf
    self.isPlain = isPlain
    self.twins = twins
    reference =
      switch route {
      case .divergences(let forward, let reverse, _):
        PairwiseReference(targets, models, centred: (reverse, forward), threads: threads)
      case .mixtures:
        PairwiseReference(targets, models, centred: (false, false), threads: threads)
      default: PairwiseReference(none: targets, models)
      }
  }

  private var classes: Int { targets.operand.matrix.columns }
  private var isWide: Bool { targets.isWide || models.isWide }

  /// Products in `Float`, unless too many of a sample's pairs would have to be evaluated again.
  ///
  /// The sample is the same whatever the number of threads, and so is the choice.
  func single() -> PairwiseEngine<Float>? {
    guard route.usesTiles, !route.isPowers, !isWide,
      Double(targets.count) * Double(models.count) >= 4096
    else {
      return nil
    }
    let limit = classes > 4096 ? 8 : 24
    let packs = self.packs
    // Not the same rows of both: they may be versions of each other, or the same.
    let rows = targets.sample(limit, from: 0.25), columns = models.sample(limit, from: 0.75)
    guard !rows.isEmpty, !columns.isEmpty else { return nil }
    let fallback = Lazily { double() }
    // What scales a whole row does not average out over its classes.
    let sides = if case .mixtures = route { exactSides } else { (targets, models) }
    for (precision, share) in choices {
      let make = { (precision: PairwisePrecision) in
        self.engine(
          Float.self, precision, sides, isPacked: packs,
          fallback: { rows, columns in
            let again = fallback.value.divergences(rows, .range(columns))
            return .init(values: again.values, doubts: again.doubts)
          })
      }
      let engine = make(precision)
      let judge = looksForNear ? make(precision.forNear) : engine
      let sample = judge.divergences(rows, .list(columns), threads: threads)
      let doubts = countDoubts(sample.doubts, width: columns.count).reduce(0, +)
      if Double(doubts) <= share * Double(sample.doubts.count) { return engine }
    }
    return nil
  }

  /// Ways to make products in `Float`, the quickest first, and what share of doubts each is worth.
  private var choices: [(PairwisePrecision, share: Double)] {
    if case .mixtures = route {
      let precision = PairwisePrecision.single(classes: classes, chain: 256, heavyRoom: 0)
      return [(precision.undivided(), 0.05)]
    }
    if looksForNear {
      return [
        (.single(classes: classes, chain: PairwisePrecision.packedClasses, heavyRoom: 0), 0.01)
      ]
    }
    // The longer a chain and the fewer the heavy masses the quicker; the other way it rounds less.
    let most = min(16, max(4, classes / 64))
    let all: [(chain: Int, room: Int, share: Double)] = [
      (256, 0, 0.001), (256, 4, 0.001), (128, 4, 0.003), (128, most, 0.01), (64, most, 0.03),
    ]
    return all.filter { $0.chain < 2 * classes }.map {
      (.single(classes: classes, chain: $0.chain, heavyRoom: $0.room), $0.share)
    }
  }

  /// Whether a product in `Float` is of few classes, and all that is wanted of a pair.
  private var packs: Bool {
    route == .divergences(forward: true, reverse: false, adding: .nothing)
      && classes <= PairwisePrecision.packedClasses
      && targets.isBeyond.isEmpty && models.isBeyond.isEmpty
  }

  /// Whether only pairs that are near are wanted, which products tell from all others.
  private var looksForNear: Bool { destination == .neighbours && isPlain && packs }

  func double() -> PairwiseEngine<Double> {
    // Power sums are held to less than the divergences that come of them.
    // Cross entropies of `Double` are promised the digits of entropies.
    let countsEntropies = route.wantsEntropies && targets.isWide && models.isWide
    let tolerance = countsEntropies ? 1e-13 : isWide ? 1e-12 : route.isPowers ? 1e-7 : 1e-6
    var precision = PairwisePrecision.double(
      classes: classes, tolerance: tolerance, countsEntropies: countsEntropies)
    if case .mixtures = route { precision = precision.undivided() }
    guard route.usesTiles else {
      return engine(Double.self, precision, (targets, models), fallback: nil)
    }
    return engine(Double.self, precision, exactSides, fallback: nil)
  }

  /// Both sides with normalisers in `Double`.
  private var exactSides: (targets: PairwiseSide, models: PairwiseSide) {
    let exact = targets.exact(threads: threads)
    return (exact, isSelf ? exact : models.exact(threads: threads))
  }

  /// What elements of mixtures are relative to.
  private func weights<Element: LinearAlgebraScalar & MatrixElement>() -> Matrix<Element> {
    guard case .mixtures = route else { return Matrix(rows: 0, columns: 0) }
    return Matrix(
      reference.masses.map { Element(2 * $0) }, rows: 1, columns: reference.masses.count)
  }

  private func engine<Element: LinearAlgebraScalar & MatrixElement>(
    _: Element.Type, _ precision: PairwisePrecision,
    _ sides: (targets: PairwiseSide, models: PairwiseSide), isPacked: Bool = false,
    fallback: (@Sendable ([Int], Range<Int>) -> PairwiseEngine<Element>.Divergences)?
  ) -> PairwiseEngine<Element> {
    let tiling = Tiling(
      rows: targets.count, columns: models.count, classes: classes,
      width: Element.elementKind.byteCount, forms: route.forms, memory: memory,
      holdsBand: destination == .bands, tileStep: isPacked ? ProductSide.columns.blockRows : 1)
    return PairwiseEngine(
      source: source, route: route, targets: sides.targets, models: sides.models, tiling: tiling,
      threads: min(threads, tiling.mostThreads), reference: reference.logarithms,
      weights: weights(), centres: reference.centres, precision: precision, isHalf: isHalf,
      isPacked: isPacked, twins: twins, fallback: fallback)
  }
}

/// A value that is made when it is first asked for.
private final class Lazily<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  var value: Value {
    kept.withLock { kept in
      if let kept { return kept }
      let value = make()
      kept = value
      return value
    }
  }
}

extension Matrix<Double> {
  /// Every element transformed.
  fileprivate func map(_ transform: (Double) -> Double) -> Matrix<Double> {
    Matrix(values.map(transform), rows: rows, columns: columns)
  }
}
