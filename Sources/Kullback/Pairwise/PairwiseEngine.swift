internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import Synchronization

/// All pairs of two sets, tile by tile.
///
/// Divergences are sums of products, Σ p log p - Σ p log q, for a tile of pairs at once; a pair whose
/// products may be off by more than the tolerance is evaluated again: in `Double` where a row has many of
/// them, else by the kernel for two rows.
struct PairwiseEngine<Element: LinearAlgebraScalar & MatrixElement>: Sendable {
  let source: Measure.Source
  let route: PairwiseRoute
  let targets: PairwiseSide
  let models: PairwiseSide
  let tiling: Tiling
  let threads: Int
  /// One number for each class, near the logarithms of the probabilities; zeros for powers.
  let reference: [Double]
  /// For mixtures: twice the masses of the reference, what elements are relative to.
  let weights: Matrix<Element>
  /// One number for each row, near the mean of its logarithms less the reference.
  let centres: (targets: [Double], models: [Double])
  let precision: PairwisePrecision
  /// Only the pairs on or above the diagonal are wanted, of a set and itself.
  let isHalf: Bool
  /// Whether tiles are packed for products that become divergences at once; see `PairwisePrecision.packs`.
  let isPacked: Bool
  /// For each target the model that is equal to it, -1 for none; empty where that says nothing of the measure, which
  /// else is 0 for the two.
  let twins: [Int]
  /// Divergences of some targets and a range of models with fewer doubts.
  let fallback: (@Sendable (_ targets: [Int], _ models: Range<Int>) -> Divergences)?

  /// A tile of results in nats: where it stands, and the values.
  struct Tile {
    let rows: Range<Int>
    let columns: Range<Int>
    let values: Matrix<Double>
  }

  /// Divergences by products, and a byte for each that is 1 where they may be off.
  struct Divergences: Sendable {
    var values: Matrix<Double>
    var doubts: [UInt8]
  }

  private var classes: Int { targets.operand.matrix.columns }

  /// Hands every tile to `sink`, from several threads at once; tiles of a band come before those of the next, and
  /// `band` is called after each of them in the calling thread.
  ///
  /// - Returns: how many pairs were computed, and how many of them one by one.
  func run<Result: PairwiseElement>(
    _ sink: PairwiseSink<Result>, band: (Range<Int>) throws -> Void
  ) throws -> PairCounts {
    guard targets.count > 0, models.count > 0 else { return PairCounts() }
    let cache = prepareModels()
    let shared = Shared(precision.layout)
    var left = Prepared(precision.layout)
    for from in stride(from: 0, to: targets.count, by: tiling.bandRows) {
      let rows = from..<min(targets.count, from + tiling.bandRows)
      let wanted = tiles.indices.filter { !isHalf || tiles[$0].upperBound > rows.lowerBound }
      for group in stride(from: 0, to: wanted.count, by: tiling.groupTiles) {
        let some = Array(wanted[group..<min(wanted.count, group + tiling.groupTiles)])
        for chunk in chunks {
          try checkCancellation()
          if group == 0 || !left.holds(rows) {
            prepare(
              &left, targets, centres.targets, .range(rows), chunk, isTarget: true,
              threads: threads)
          }
          let band = left
          Threads.parallel(tasks: some.count, threads: threads) { task in
            add(band, rows, some[task], chunk, cache, shared, sink)
          }
        }
      }
      if case .near(let near) = sink, isPacked { settle(rows, near, shared) }
      try band(rows)
    }
    return PairCounts(
      computed: shared.computed.load(ordering: .relaxed),
      refined: shared.refined.load(ordering: .relaxed), outOfRange: shared.outOfRange)
  }

  /// The divergences of some targets and some models.
  func divergences(_ rows: [Int], _ columns: RowSelection, threads: Int = 1) -> Divergences {
    var left = Prepared(precision.layout)
    var space = Workspace(right: Prepared(precision.layout))
    space.resize(rows.count, columns.count, forward: usesForward, reverse: usesReverse)
    for chunk in chunks where route.usesTiles {
      prepare(
        &left, targets, centres.targets, .list(rows), chunk, isTarget: true, threads: threads)
      prepare(
        &space.right, models, centres.models, columns, chunk, isTarget: false, threads: threads)
      multiply(left, space.right, &space, chunk)
    }
    conclude(left, space.right, &space)
    return Divergences(values: space.forward, doubts: space.doubts)
  }

  /// Adds the products of a chunk to a tile's sums; the last chunk's make the tile whole.
  private func add<Result: PairwiseElement>(
    _ left: Prepared, _ rows: Range<Int>, _ index: Int, _ chunk: Range<Int>, _ cache: [Prepared],
    _ shared: Shared, _ sink: PairwiseSink<Result>
  ) {
    let columns = tiles[index]
    let (isFirst, isLast) = (chunk.lowerBound == 0, chunk.upperBound == classes)
    var space = shared.take(index)
    if isFirst {
      space.resize(
        rows.count, columns.count, forward: usesForward || !usesReverse, reverse: usesReverse,
        takesSums: !(isPacked && sink.takesPacked))
    }
    if route.usesTiles {
      if cache.isEmpty, !space.right.holds(columns) {
        prepare(
          &space.right, models, centres.models, .range(columns), chunk, isTarget: false,
          threads: 1)
      }
      multiply(left, cache.isEmpty ? space.right : cache[index], &space, chunk)
    }
    if isLast {
      let right = cache.isEmpty ? space.right : cache[index]
      switch sink {
      case .near(let near) where isPacked:
        search(rows, columns, left, right, shared, near)
      case .grid(let grid, let bandRows) where isPacked:
        finish(rows, columns, left, right, &space, shared, into: grid, bandRows: bandRows)
      default:
        let tile = finish(rows, columns, left, right, &space, shared)
        sink.take(tile.rows, tile.columns, tile.values)
      }
    }
    shared.give(space, isLast ? nil : index)
  }

  /// The ranges of models of the tiles.
  private var tiles: [Range<Int>] {
    stride(from: 0, to: models.count, by: tiling.tileRows).map {
      $0..<min(models.count, $0 + tiling.tileRows)
    }
  }

  /// The stretches of classes that are prepared at a time.
  private var chunks: [Range<Int>] {
    guard route.usesTiles else { return [0..<classes] }
    return stride(from: 0, to: classes, by: tiling.chunkClasses).map {
      $0..<min(classes, $0 + tiling.chunkClasses)
    }
  }

  /// Whether masses of targets meet logarithms of models (or powers meet powers).
  var usesForward: Bool {
    switch route {
    case .divergences(let forward, _, _): forward
    case .powers, .mixtures: true
    case .entropy, .sameLargest, .rowByRow: false
    }
  }

  /// Whether masses of models meet logarithms of targets.
  var usesReverse: Bool {
    if case .divergences(_, let reverse, _) = route { reverse } else { false }
  }

  /// Rows in the forms that the products need.
  struct Prepared: Sendable {
    var masses: RowTile<Element>
    var logs: RowTile<Element>
    private var rows = 0..<0

    init(_ layout: TileLayout) {
      masses = RowTile(of: Element.self, layout: layout)
      logs = RowTile(of: Element.self, layout: layout)
    }

    func holds(_ rows: Range<Int>) -> Bool { !rows.isEmpty && self.rows == rows }

    mutating func note(_ rows: Range<Int>) { self.rows = rows }
  }

  private func prepare(
    _ tile: inout Prepared, _ side: PairwiseSide, _ centres: [Double], _ rows: RowSelection,
    _ chunk: Range<Int>, isTarget: Bool, threads: Int, keepsRows: Bool = true
  ) {
    let (continues, places) = (chunk.lowerBound > 0, side.places(of: rows))
    func prepare(_ part: inout RowTile<Element>, _ form: TileForm, _ centres: [Double]?) {
      part.prepare(
        side.operand, rows: places, classes: chunk, normalisers: side.normalisers, centres: centres,
        form: form, reference: reference, continues: continues, threads: threads)
    }
    switch route {
    case .divergences(let forward, let reverse, _):
      if isTarget ? forward : reverse { prepare(&tile.masses, .masses, nil) }
      if isTarget ? reverse : forward { prepare(&tile.logs, .logarithms, centres) }
      if isPacked {
        if isTarget {
          tile.masses.pack(.rows)
        } else {
          tile.logs.pack(.columns, keepsRows: keepsRows)
        }
      }
    case .powers(let order, _):
      let form = TileForm.powers(isTarget ? order : 1 - order, shift: 0)
      if isTarget { prepare(&tile.masses, form, nil) } else { prepare(&tile.logs, form, nil) }
    case .mixtures:
      // p over twice the reference.
      let logOfTwo = [Double](
        repeating: 0.693147180559945309417, count: side.normalisers.count)
      let weights = weights[columns: chunk]
      if isTarget {
        prepare(&tile.masses, .powers(1, shift: 0), logOfTwo)
        tile.masses.addMixtureRows(weights: weights)
      } else {
        prepare(&tile.logs, .powers(1, shift: 0), logOfTwo)
        tile.logs.addMixtureRows(weights: weights)
      }
    case .entropy, .sameLargest, .rowByRow: break
    }
    if case .range(let range) = rows { tile.note(chunk == 0..<classes ? range : 0..<0) }
  }

  /// All models, where they are to be held.
  private func prepareModels() -> [Prepared] {
    guard tiling.keepsModels, route.usesTiles else { return [] }
    let tiles = self.tiles
    return inOrder(tiles.count, threads: threads) { index in
      var tile = Prepared(precision.layout)
      prepare(
        &tile, models, centres.models, .range(tiles[index]), 0..<classes, isTarget: false,
        threads: 1, keepsRows: false)
      return tile
    }
  }

  /// Adds the products of what is prepared.
  private func multiply(
    _ left: Prepared, _ right: Prepared, _ space: inout Workspace, _ chunk: Range<Int>
  ) {
    let (isFirst, isLast) = (chunk.lowerBound == 0, chunk.upperBound == classes)
    if isPacked { return }
    if case .mixtures(let what) = route {
      left.masses.addMixtures(
        what, right.logs, weights: weights[columns: chunk], to: &space.forward, isFirst: isFirst)
      return
    }
    if usesForward {
      multiply(
        left.masses, right.logs, &space.product, &space.forward, isFirst: isFirst, isLast: isLast)
      if !isLast { addHeavy(left.masses, right.logs, &space.forward) }
    }
    if usesReverse {
      multiply(
        right.masses, left.logs, &space.backProduct, &space.reverse, isFirst: isFirst,
        isLast: isLast)
      if !isLast { addHeavy(right.masses, left.logs, &space.reverse) }
    }
  }

  private func addHeavy(
    _ masses: RowTile<Element>, _ logs: RowTile<Element>, _ sums: inout Matrix<Double>
  ) {
    masses.addHeavy(logs.columns(at: masses.heavy.distinctPlaces), to: &sums)
  }

  private func multiply(
    _ left: RowTile<Element>, _ right: RowTile<Element>, _ product: inout Matrix<Element>,
    _ sums: inout Matrix<Double>, isFirst: Bool, isLast: Bool
  ) {
    let pairs = Array(zip(left.panels, right.panels))
    do {
      if var wide = sums as? Matrix<Element> {
        // One reference to the sums, so that they are written in place.
        sums = Matrix(rows: 0, columns: 0)
        for (index, (a, b)) in pairs.enumerated() {
          let begins = isFirst && index == 0
          try BLAS.gemm(a, b, transposeSecond: true, beta: begins ? 0 : 1, into: &wide)
        }
        if let back = wide as? Matrix<Double> { sums = back }
        return
      }
      // Each product is added up by itself, and then to the few before it.
      let most = PairwisePrecision.panelsInARow
      for from in stride(from: 0, to: pairs.count, by: most) {
        for (index, (a, b)) in pairs[from..<min(pairs.count, from + most)].enumerated() {
          try BLAS.gemm(a, b, transposeSecond: true, beta: index == 0 ? 0 : 1, into: &product)
        }
        if let narrow = product as? Matrix<Float>, !(isFirst && isLast && isOneProduct(pairs.count))
        {
          accumulate(narrow, into: &sums, isFirst: isFirst && from == 0)
        }
      }
    } catch {
      preconditionFailure("tiles of the wrong shape: \(error)")
    }
  }

  /// Whether a tile's panels are so few that their one product in `Float` is all there is.
  private func isOneProduct(_ panels: Int) -> Bool {
    Element.elementKind == .float32 && panels <= PairwisePrecision.panelsInARow
  }

  /// The product of a tile that never was in `Double`.
  func whole(_ product: Matrix<Element>, _ tile: RowTile<Element>) -> Matrix<Float>? {
    guard tiling.chunkClasses >= classes, isOneProduct(tile.panels.count) else { return nil }
    return product as? Matrix<Float>
  }

  /// What one thread writes to.
  struct Workspace {
    var right: Prepared
    var product = Matrix<Element>(rows: 0, columns: 0)
    var backProduct = Matrix<Element>(rows: 0, columns: 0)
    /// Targets × models.
    var forward = Matrix<Double>(rows: 0, columns: 0)
    /// Models × targets.
    var reverse = Matrix<Double>(rows: 0, columns: 0)
    /// A byte for each pair, targets × models.
    var doubts: [UInt8] = []

    init(right: Prepared) { self.right = right }

    /// Makes room for a tile; without `takesSums` only for doubts.
    mutating func resize(
      _ rows: Int, _ columns: Int, forward: Bool, reverse: Bool, takesSums: Bool = true
    ) {
      guard takesSums else {
        if doubts.count != rows * columns { doubts = [UInt8](repeating: 0, count: rows * columns) }
        return
      }
      let isSingle = Element.elementKind == .float32
      if forward {
        PairwiseEngine.fit(&self.forward, rows, columns)
        if isSingle { PairwiseEngine.fit(&product, rows, columns) }
      }
      if reverse {
        PairwiseEngine.fit(&self.reverse, columns, rows)
        if isSingle { PairwiseEngine.fit(&backProduct, columns, rows) }
      }
      doubts = [UInt8](repeating: 0, count: rows * columns)
    }
  }

  private static func fit<Value>(_ matrix: inout Matrix<Value>, _ rows: Int, _ columns: Int) {
    guard matrix.rows != rows || matrix.columns != columns else { return }
    matrix = scratchMatrix(rows: rows, columns: columns)
  }

  /// Workspaces that are free or belong to unfinished tiles, and what all threads count together.
  final class Shared: Sendable {
    let computed = Atomic<Int>(0)
    let refined = Atomic<Int>(0)
    private let layout: TileLayout
    private let beyond = Mutex<(targets: Set<Int>, models: Set<Int>)>(([], []))
    private let spaces = Mutex<(free: [Workspace], unfinished: [Int: Workspace])>(([], [:]))

    init(_ layout: TileLayout) { self.layout = layout }

    /// The rows of pairs that come to more than numbers hold, in order.
    var outOfRange: (targets: [Int], models: [Int]) {
      beyond.withLock { ($0.targets.sorted(), $0.models.sorted()) }
    }

    /// Notes pairs that come to more than numbers hold.
    func note(_ pairs: [(target: Int, model: Int)]) {
      guard !pairs.isEmpty else { return }
      beyond.withLock { beyond in
        for pair in pairs {
          beyond.targets.insert(pair.target)
          beyond.models.insert(pair.model)
        }
      }
    }

    /// The workspace of an unfinished tile, or a free one.
    func take(_ tile: Int) -> Workspace {
      spaces.withLock { $0.unfinished.removeValue(forKey: tile) ?? $0.free.popLast() }
        ?? Workspace(right: Prepared(layout))
    }

    /// Takes a workspace back, for a tile that is unfinished or for any.
    func give(_ space: sending Workspace, _ tile: Int?) {
      spaces.withLock { spaces in
        if let tile { spaces.unfinished[tile] = space } else { spaces.free.append(space) }
      }
    }
  }
}
