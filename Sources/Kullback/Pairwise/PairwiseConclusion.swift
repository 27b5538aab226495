internal import KullbackKernels
internal import Synchronization

extension PairwiseEngine {
  /// A row of a tile with more doubts than this share of its pairs is evaluated by products in `Double`:
  /// for fewer, the kernel for two rows is quicker.
  static var fallbackShare: Double { 1.0 / 32 }

  /// Makes a tile of its sums of products.
  func finish(
    _ rows: Range<Int>, _ columns: Range<Int>, _ left: Prepared, _ right: Prepared,
    _ space: inout Workspace, _ shared: Shared
  ) -> Tile {
    switch route {
    case .divergences(_, _, let addend):
      conclude(left, right, &space, addends: addends(rows, columns, addend))
      fallBack(rows, columns, &space)
      if addend != .nothing {
        space.forward = sum(space.forward, entropies(rows, columns, addend))
      }
    case .powers:
      conclude(left, right, &space)
    case .mixtures:
      conclude(left, right, &space)
      fallBack(rows, columns, &space)
    case .sameLargest:
      space.forward = agreements(rows, columns)
    case .entropy(let addend):
      space.forward = entropies(rows, columns, addend)
    case .rowByRow:
      space.doubts = [UInt8](repeating: 1, count: rows.count * columns.count)
    }
    doubtBeyond(rows, columns, &space)
    clearTwins(rows, columns, &space)
    dropInvalid(rows, columns, &space)
    let refined = refine(rows, columns, &space, shared)
    shared.refined.wrappingAdd(refined, ordering: .relaxed)
    shared.computed.wrappingAdd(computed(rows, columns), ordering: .relaxed)
    return Tile(rows: rows, columns: columns, values: space.forward)
  }

  /// Turns sums of products into divergences, of which `forward` holds the sum at the end, and doubts.
  ///
  /// - Parameter addends: what is added to them afterwards, one for each row of masses; empty where it does not
  ///   count.
  func conclude(
    _ left: Prepared, _ right: Prepared, _ space: inout Workspace, addends: [Double] = []
  ) {
    if case .mixtures(let what) = route {
      let unit = (Element.elementKind == .float32 ? 0x1p-24 : 0x1p-53) / precision.tolerance
      // Total variations are held to less.
      left.masses.finishMixtures(
        what, &space.forward, right.logs, unit: what == .entropy ? unit : unit / 4,
        scale: 0x1p-53 / precision.tolerance,
        doubts: &space.doubts)
      return
    }
    if case .powers(let order, let isHellinger) = route {
      concludePowers(left.masses, right.logs, order, isHellinger, &space)
      return
    }
    if isPacked {
      concludePacked(left, right, &space)
      return
    }
    if usesForward {
      let heavy = right.logs.columns(at: left.masses.heavy.distinctPlaces)
      left.masses.finish(
        whole(space.product, left.masses), &space.forward, logarithms: right.logs, heavy: heavy,
        addends: addends, rule: precision.rule,
        doubts: &space.doubts)
      forbid(left.masses, right.logs, &space.forward, &space.doubts)
    }
    guard usesReverse else { return }
    let heavy = left.logs.columns(at: right.masses.heavy.distinctPlaces)
    var doubts = [UInt8](repeating: 0, count: space.doubts.count)
    right.masses.finish(
      whole(space.backProduct, right.masses), &space.reverse, logarithms: left.logs, heavy: heavy,
      addends: addends, rule: precision.rule, doubts: &doubts)
    forbid(right.masses, left.logs, &space.reverse, &doubts)
    addTransposed(
      space.reverse, doubts, to: &space.forward, &space.doubts, isFirst: !usesForward)
  }

  /// Evaluates rows with many doubts by products in `Double`.
  private func fallBack(_ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace) {
    guard let fallback else { return }
    let width = columns.count
    let most = Int(Double(width) * Self.fallbackShare)
    let counts = countDoubts(space.doubts, width: width)
    let some = counts.indices.filter { counts[$0] > most && targets.isValid[rows.lowerBound + $0] }
    guard !some.isEmpty else { return }
    let again = fallback(some.map { rows.lowerBound + $0 }, columns)
    replaceRows(some, of: &space.forward, &space.doubts, with: again.values, again.doubts)
  }

  /// The entropies that are added to the divergences of each row of masses, where these count: the rows' own.
  private func addends(
    _ rows: Range<Int>, _ columns: Range<Int>, _ addend: PairwiseRoute.Addend
  ) -> [Double] {
    guard precision.countsEntropies else { return [] }
    return switch addend {
    case .nothing: []
    case .target: Array(targets.entropies[rows])
    case .model: Array(models.entropies[columns])
    }
  }

  /// Pairs of valid rows in a tile, but for those of equal rows where they are 0.
  func computed(_ rows: Range<Int>, _ columns: Range<Int>) -> Int {
    let count = { (side: PairwiseSide, range: Range<Int>) in
      range.count { side.isValid[$0] }
    }
    let equal =
      twins.isEmpty
      ? 0
      : rows.count {
        columns.contains(twins[$0]) && targets.isValid[$0] && models.isValid[twins[$0]]
      }
    return count(targets, rows) * count(models, columns) - equal
  }

  /// Makes pairs of equal rows 0: the logarithm of a power sum is 0 there as well.
  private func clearTwins(_ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace) {
    guard !twins.isEmpty else { return }
    for row in rows where columns.contains(twins[row]) {
      let (i, j) = (row - rows.lowerBound, twins[row] - columns.lowerBound)
      space.forward[i, j] = 0
      space.doubts[i * columns.count + j] = 0
    }
  }

  private func sum(_ first: Matrix<Double>, _ second: Matrix<Double>) -> Matrix<Double> {
    Matrix(zip(first.values, second.values).map(+), rows: first.rows, columns: first.columns)
  }

  /// Makes pairs infinite in which a row has mass where the other has none.
  private func forbid(
    _ masses: RowTile<Element>, _ logs: RowTile<Element>, _ values: inout Matrix<Double>,
    _ doubts: inout [UInt8]
  ) {
    guard logs.gaps.contains(1) else { return }
    masses.forbid(logs, &values, doubts: &doubts)
  }

  /// Turns power sums into their logarithms (or Hellinger distances), with doubts.
  private func concludePowers(
    _ left: RowTile<Element>, _ right: RowTile<Element>, _ order: Double, _ isHellinger: Bool,
    _ space: inout Workspace
  ) {
    let unit = 0x1p-53 / precision.tolerance
    // Terms are off by a few units each, and by as many as there are in their exponents.
    let base = (16 + 2 * Double(min(classesOfPanel, reference.count)).squareRoot()) * unit
    left.finishPowers(
      &space.forward, right, isHellinger: isHellinger, base: base, slope: 4 * unit,
      doubts: &space.doubts)
    // Above 1, mass of the target where the model has none is infinite; below 0, the other way round.
    if order > 1 { forbid(left, right, &space.forward, &space.doubts) }
    if order < 0, left.gaps.contains(1) {
      right.forbid(left, turned: true, &space.forward, doubts: &space.doubts)
    }
  }

  private var classesOfPanel: Int { precision.layout.panelClasses }

  private func agreements(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix<Double> {
    let values = rows.flatMap { row in
      columns.map { targets.largest[row] == models.largest[$0] ? 1.0 : 0 }
    }
    return Matrix(values, rows: rows.count, columns: columns.count)
  }

  private func entropies(
    _ rows: Range<Int>, _ columns: Range<Int>, _ addend: PairwiseRoute.Addend
  ) -> Matrix<Double> {
    let across = Array(models.entropies[columns.clamped(to: models.entropies.indices)])
    var values: [Double] = []
    values.reserveCapacity(rows.count * columns.count)
    for row in rows {
      switch addend {
      case .target:
        values += [Double](repeating: targets.entropies[row], count: columns.count)
      case .model: values += across
      case .nothing: values += [Double](repeating: 0, count: columns.count)
      }
    }
    return Matrix(values, rows: rows.count, columns: columns.count)
  }

  /// Leaves pairs with a row that tiles do not hold to the kernels for two rows, which know what is too far.
  private func doubtBeyond(_ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace) {
    guard !(targets.isBeyond.isEmpty && models.isBeyond.isEmpty) else { return }
    for row in rows {
      let isWhole = !targets.isBeyond.isEmpty && targets.isBeyond[row]
      for column in columns
      where isWhole || (!models.isBeyond.isEmpty && models.isBeyond[column]) {
        let place = (row - rows.lowerBound) * columns.count + column - columns.lowerBound
        space.doubts[place] = 1
      }
    }
  }

  /// Pairs with a row that is not valid have no value.
  private func dropInvalid(_ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace) {
    guard !(targets.invalid.isEmpty && models.invalid.isEmpty) else { return }
    let bad = columns.filter { !models.isValid[$0] }
    for row in rows {
      for column in targets.isValid[row] ? bad : Array(columns) {
        let (i, j) = (row - rows.lowerBound, column - columns.lowerBound)
        space.forward[i, j] = .nan
        space.doubts[i * columns.count + j] = 0
      }
    }
  }

  /// What the kernels for two rows find of pairs, and which of these come to more than numbers hold.
  func evaluateOneByOne(
    _ pairs: (rows: [Int], columns: [Int])
  ) -> (values: [Double], outOfRange: [Int]) {
    let all = 0..<pairs.rows.count
    let rows = pairs.rows.map { targets.place(of: $0) }
    let columns = pairs.columns.map { models.place(of: $0) }
    switch source {
    case .quantity(let quantity):
      let results = evaluatePairs(
        targets.given, rows: rows, models.given, rows: columns,
        quantities: [quantity])
      return (results[quantity], results.invalidRows(in: all))
    case .parametric(let quantity):
      let results = evaluateParametric(
        targets.given, rows: rows, models.given, rows: columns,
        quantities: [quantity])
      return (results[quantity], results.invalidRows(in: all))
    }
  }

  /// Evaluates doubtful pairs row by row; returns how many there were.
  private func refine(
    _ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace, _ shared: Shared
  ) -> Int {
    var pairs: (rows: [Int], columns: [Int]) = ([], [])
    var count = 0
    func flush() {
      let results = evaluateOneByOne(pairs)
      for (index, value) in results.values.enumerated() {
        space.forward[
          pairs.rows[index] - rows.lowerBound, pairs.columns[index] - columns.lowerBound] = value
      }
      shared.note(results.outOfRange.map { (pairs.rows[$0], pairs.columns[$0]) })
      count += results.values.count
      pairs = ([], [])
    }
    let width = columns.count
    let counts = countDoubts(space.doubts, width: width)
    for row in counts.indices where counts[row] > 0 {
      for column in 0..<width where space.doubts[row * width + column] != 0 {
        pairs.rows.append(rows.lowerBound + row)
        pairs.columns.append(columns.lowerBound + column)
        if pairs.rows.count == 4096 { flush() }
      }
    }
    if !pairs.rows.isEmpty { flush() }
    return count
  }
}
