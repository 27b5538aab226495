internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import Synchronization

/// All pairs of two sets, tile by tile.
///
/// Divergences are sums of products, Σ p log p - Σ p log q, for a tile of pairs at once; a pair whose
/// products may be off by more than the tolerance is evaluated again by the kernel for two rows.
struct PairwiseEngine<Element: LinearAlgebraScalar & MatrixElement>: Sendable {
  let source: Measure.Source
  let route: PairwiseRoute
  let targets: PairwiseSide
  let models: PairwiseSide
  let tiling: Tiling
  let threads: Int
  /// One number for each class, near the logarithms of the probabilities.
  let reference: [Double]
  /// One number for each row, near the mean of its logarithms less the reference.
  let centres: (targets: [Double], models: [Double])

  /// A tile of results in nats: where it stands, the values, and how many were evaluated row by row.
  struct Tile {
    let rows: Range<Int>
    let columns: Range<Int>
    let values: Matrix<Double>
  }

  private var classes: Int { targets.operand.matrix.columns }
  private var panelClasses: Int { 512 }

  /// What the rounding of products may be, over the tolerance: terms are stored to half a unit, and as many
  /// as a panel has are added up in the element type. Measured over a million pairs of 2 to 20,000 classes.
  var rule: RoundingRule {
    let chain = Double(min(classes, panelClasses)).squareRoot()
    let unit = Element.elementKind == .float32 ? 0x1p-24 / 1e-6 : 0x1p-53 / 1e-12
    return RoundingRule(term: 1.5 * unit, root: (6 + 1.2 * chain) * unit, sum: chain * unit)
  }

  /// Calls `body` with every tile, from several threads at once; tiles of a band come before those of the
  /// next, and `band` is called after each of them in the calling thread.
  ///
  /// - Returns: how many pairs were evaluated row by row.
  func run(
    _ body: @escaping @Sendable (Tile) -> Void, band: (Range<Int>) throws -> Void
  ) throws -> Int {
    guard targets.count > 0, models.count > 0 else { return 0 }
    let cache = prepareModels()
    let shared = Shared(panelClasses: panelClasses)
    var left = Prepared(panelClasses: panelClasses)
    for from in stride(from: 0, to: targets.count, by: tiling.bandRows) {
      let rows = from..<min(targets.count, from + tiling.bandRows)
      for group in stride(from: 0, to: tiles.count, by: tiling.groupTiles) {
        let some = group..<min(tiles.count, group + tiling.groupTiles)
        for start in stride(from: 0, to: classes, by: tiling.chunkClasses) {
          try Task.checkCancellation()
          let chunk = start..<min(classes, start + tiling.chunkClasses)
          if group == 0 || !left.holds(rows) {
            prepare(
              &left, targets, centres.targets, rows, chunk, masses: usesForward, logs: usesReverse,
              threads)
          }
          let band = left
          Threads.parallel(tasks: some.count, threads: threads) { task in
            add(band, rows, some.lowerBound + task, chunk, cache, shared, body)
          }
        }
      }
      try band(rows)
    }
    return shared.refined.load(ordering: .relaxed)
  }

  /// Adds the products of a chunk to a tile's sums; the last chunk's make the tile whole.
  private func add(
    _ left: Prepared, _ rows: Range<Int>, _ index: Int, _ chunk: Range<Int>, _ cache: [Prepared],
    _ shared: Shared, _ body: (Tile) -> Void
  ) {
    let columns = tiles[index]
    let (isFirst, isLast) = (chunk.lowerBound == 0, chunk.upperBound == classes)
    var space = shared.take(index)
    if isFirst {
      space.resize(
        rows.count, columns.count, forward: usesForward || !usesReverse, reverse: usesReverse)
    }
    if cache.isEmpty, !space.right.holds(columns) {
      prepare(
        &space.right, models, centres.models, columns, chunk, masses: usesReverse,
        logs: usesForward, 1)
    }
    let right = cache.isEmpty ? space.right : cache[index]
    multiply(left, right, &space, isFirst: isFirst)
    if isLast { body(conclude(rows, columns, left, right, &space, shared)) }
    shared.give(space, isLast ? nil : index)
  }

  /// The ranges of models of the tiles.
  private var tiles: [Range<Int>] {
    stride(from: 0, to: models.count, by: tiling.tileRows).map {
      $0..<min(models.count, $0 + tiling.tileRows)
    }
  }

  private var usesForward: Bool {
    if case .divergences(let forward, _, _) = route { forward } else { false }
  }

  private var usesReverse: Bool {
    if case .divergences(_, let reverse, _) = route { reverse } else { false }
  }

  /// Rows in the forms that the products need.
  struct Prepared: Sendable {
    var masses: RowTile<Element>
    var logs: RowTile<Element>
    private(set) var rows = 0..<0

    init(panelClasses: Int) {
      masses = RowTile(of: Element.self, panelClasses: panelClasses)
      logs = RowTile(of: Element.self, panelClasses: panelClasses)
    }

    func holds(_ rows: Range<Int>) -> Bool { !rows.isEmpty && self.rows == rows }

    mutating func note(_ rows: Range<Int>) { self.rows = rows }
  }

  private func prepare(
    _ tile: inout Prepared, _ side: PairwiseSide, _ centres: [Double], _ rows: Range<Int>,
    _ chunk: Range<Int>, masses: Bool, logs: Bool, _ threads: Int
  ) {
    let continues = chunk.lowerBound > 0
    if masses {
      tile.masses.prepare(
        side.operand, rows: rows, classes: chunk, normalisers: side.normalisers, form: .masses,
        reference: reference, continues: continues, threads: threads)
    }
    if logs {
      tile.logs.prepare(
        side.operand, rows: rows, classes: chunk, normalisers: side.normalisers,
        centres: centres, form: .logarithms, reference: reference, continues: continues,
        threads: threads)
    }
    tile.note(chunk == 0..<classes ? rows : 0..<0)
  }

  /// All models, where they are to be held.
  private func prepareModels() -> [Prepared] {
    guard tiling.keepsModels else { return [] }
    let tiles = self.tiles
    let prepared = Mutex([Prepared?](repeating: nil, count: tiles.count))
    Threads.parallel(tasks: tiles.count, threads: threads) { index in
      var tile = Prepared(panelClasses: panelClasses)
      prepare(
        &tile, models, centres.models, tiles[index], 0..<classes, masses: usesReverse,
        logs: usesForward, 1)
      prepared.withLock { $0[index] = tile }
    }
    return prepared.withLock { $0.compactMap { $0 } }
  }

  /// Adds the products of what is prepared.
  private func multiply(
    _ left: Prepared, _ right: Prepared, _ space: inout Workspace, isFirst: Bool
  ) {
    if usesForward {
      multiply(left.masses, right.logs, &space.product, &space.forward, isFirst: isFirst)
    }
    if usesReverse {
      multiply(left.logs, right.masses, &space.product, &space.reverse, isFirst: isFirst)
    }
  }

  private func multiply(
    _ left: RowTile<Element>, _ right: RowTile<Element>, _ product: inout Matrix<Element>,
    _ sums: inout Matrix<Double>, isFirst: Bool
  ) {
    for (index, (a, b)) in zip(left.panels, right.panels).enumerated() {
      let begins = isFirst && index == 0
      do {
        if var wide = sums as? Matrix<Element> {
          // One reference to the sums, so that they are written in place.
          sums = Matrix(rows: 0, columns: 0)
          try BLAS.gemm(a, b, transposeSecond: true, beta: begins ? 0 : 1, into: &wide)
          if let back = wide as? Matrix<Double> { sums = back }
        } else {
          try BLAS.gemm(a, b, transposeSecond: true, beta: 0, into: &product)
          if let narrow = product as? Matrix<Float> {
            accumulate(narrow, into: &sums, isFirst: begins)
          }
        }
      } catch {
        preconditionFailure("tiles of the wrong shape: \(error)")
      }
    }
  }

  /// What one thread writes to.
  struct Workspace {
    var right: Prepared
    var product = Matrix<Element>(rows: 0, columns: 0)
    var forward = Matrix<Double>(rows: 0, columns: 0)
    var reverse = Matrix<Double>(rows: 0, columns: 0)
    var doubts: [UInt8] = []

    /// Makes room for a tile.
    mutating func resize(_ rows: Int, _ columns: Int, forward: Bool, reverse: Bool) {
      if Element.elementKind == .float32 { PairwiseEngine.fit(&product, rows, columns) }
      if forward { PairwiseEngine.fit(&self.forward, rows, columns) }
      if reverse { PairwiseEngine.fit(&self.reverse, rows, columns) }
      doubts = [UInt8](repeating: 0, count: rows * columns)
    }
  }

  private static func fit<Value>(_ matrix: inout Matrix<Value>, _ rows: Int, _ columns: Int) {
    guard matrix.rows != rows || matrix.columns != columns else { return }
    matrix = scratchMatrix(rows: rows, columns: columns)
  }

  /// Workspaces that are free or belong to unfinished tiles, and what all threads count together.
  final class Shared: Sendable {
    let refined = Atomic<Int>(0)
    private let panelClasses: Int
    private let spaces = Mutex<(free: [Workspace], unfinished: [Int: Workspace])>(([], [:]))

    init(panelClasses: Int) { self.panelClasses = panelClasses }

    /// The workspace of an unfinished tile, or a free one.
    func take(_ tile: Int) -> Workspace {
      spaces.withLock { $0.unfinished.removeValue(forKey: tile) ?? $0.free.popLast() }
        ?? Workspace(right: Prepared(panelClasses: panelClasses))
    }

    /// Takes a workspace back, for a tile that is unfinished or for any.
    func give(_ space: sending Workspace, _ tile: Int?) {
      spaces.withLock { spaces in
        if let tile { spaces.unfinished[tile] = space } else { spaces.free.append(space) }
      }
    }
  }
}
