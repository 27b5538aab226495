internal import KullbackKernels
internal import KullbackMatrix
internal import Synchronization

/// Tiles whose products become divergences while they are in the nearest cache.
extension PairwiseEngine {
  /// Writes a tile's divergences to where they belong.
  func finish<Result: PairwiseElement>(
    _ rows: Range<Int>, _ columns: Range<Int>, _ left: Prepared, _ right: Prepared,
    _ space: inout Workspace, _ shared: Shared, into grid: ResultGrid<Result>, bandRows: Int?
  ) {
    let first = bandRows.map { rows.lowerBound % $0 } ?? rows.lowerBound
    let width = columns.count
    var counts = divergences(
      left, right, into: grid, row: first, column: columns.lowerBound, &space.doubts)
    func set(_ value: Double, _ row: Int, _ column: Int) {
      grid.set(value, row: first + row, column: columns.lowerBound + column)
      let place = row * width + column
      counts[row] -= Int64(space.doubts[place])
      space.doubts[place] = 0
    }
    let most = Int64(Double(width) * Self.fallbackShare)
    let some = counts.indices.filter {
      counts[$0] > most && targets.isValid[rows.lowerBound + $0]
    }
    if let fallback, !some.isEmpty {
      let again = fallback(some.map { rows.lowerBound + $0 }, columns)
      for (index, row) in some.enumerated() {
        for column in 0..<width {
          set(again.values[index, column], row, column)
          let doubt = again.doubts[index * width + column]
          space.doubts[row * width + column] = doubt
          counts[row] += Int64(doubt)
        }
      }
    }
    if !twins.isEmpty {
      for row in rows where columns.contains(twins[row]) {
        set(0, row - rows.lowerBound, twins[row] - columns.lowerBound)
      }
    }
    if !(targets.invalid.isEmpty && models.invalid.isEmpty) {
      let bad = columns.filter { !models.isValid[$0] }
      for row in rows {
        for column in targets.isValid[row] ? bad : Array(columns) {
          set(.nan, row - rows.lowerBound, column - columns.lowerBound)
        }
      }
    }
    refine(rows, columns, &space, counts, shared) { row, column, value in
      grid.set(value, row: first + row, column: columns.lowerBound + column)
    }
    shared.computed.wrappingAdd(computed(rows, columns), ordering: .relaxed)
  }

  /// Evaluates doubtful pairs row by row, and takes their doubts away.
  private func refine(
    _ rows: Range<Int>, _ columns: Range<Int>, _ space: inout Workspace, _ counts: [Int64],
    _ shared: Shared, _ take: (_ row: Int, _ column: Int, _ value: Double) -> Void
  ) {
    let width = columns.count
    var pairs: (rows: [Int], columns: [Int]) = ([], [])
    func flush() {
      let results = evaluateOneByOne(pairs)
      for (index, value) in results.values.enumerated() {
        take(
          pairs.rows[index] - rows.lowerBound, pairs.columns[index] - columns.lowerBound, value)
      }
      shared.note(results.outOfRange.map { (pairs.rows[$0], pairs.columns[$0]) })
      shared.refined.wrappingAdd(results.values.count, ordering: .relaxed)
      pairs = ([], [])
    }
    for row in counts.indices where counts[row] > 0 {
      for place in takeDoubts(&space.doubts, row * width..<(row + 1) * width) {
        pairs.rows.append(rows.lowerBound + row)
        pairs.columns.append(columns.lowerBound + place - row * width)
        if pairs.rows.count == 4096 { flush() }
      }
    }
    if !pairs.rows.isEmpty { flush() }
  }

  /// Makes a packed tile one of numbers in `Double`.
  func concludePacked(_ left: Prepared, _ right: Prepared, _ space: inout Workspace) {
    var memory = Matrix<Double>(rows: 0, columns: 0)
    swap(&memory, &space.forward)
    let rows = memory.rows
    let grid = ResultGrid(over: consume memory)
    _ = divergences(left, right, into: grid, row: 0, column: 0, &space.doubts)
    space.forward = grid.matrix(rows: rows)
  }

  /// Returns how many doubts each row has.
  private func divergences<Result: PairwiseElement>(
    _ left: Prepared, _ right: Prepared, into grid: ResultGrid<Result>, row: Int, column: Int,
    _ doubts: inout [UInt8]
  ) -> [Int64] {
    var counts = [Int64](repeating: 0, count: left.masses.count)
    left.masses.divergences(
      from: right.logs, heavy: right.logs.columns(at: left.masses.heavy.distinctPlaces),
      addends: [], rule: precision.rule, into: grid, row: row, column: column, doubts: &doubts,
      counts: &counts)
    return counts
  }

  /// Gathers a tile's pairs that may be near enough.
  func search(
    _ rows: Range<Int>, _ columns: Range<Int>, _ left: Prepared, _ right: Prepared,
    _ shared: Shared, _ near: NeighbourBand
  ) {
    var column = 0
    while column < columns.count {
      let found = left.masses.near(
        right.logs, bounds: near.bounds(rows.count), rule: precision.rule,
        tolerance: precision.tolerance, from: &column)
      near.take(
        found.lazy.filter { models.isValid[columns.lowerBound + $0.column] }.map { pair in
          let model = columns.lowerBound + pair.column
          let isTwin = !twins.isEmpty && twins[rows.lowerBound + pair.row] == model
          return NeighbourBand.Candidate(
            query: pair.row, row: model, value: isTwin ? 0 : pair.value,
            error: isTwin ? 0 : pair.error)
        })
    }
    shared.computed.wrappingAdd(computed(rows, columns), ordering: .relaxed)
  }

  /// Evaluates the neighbours in doubt that are left of a band of targets.
  func settle(_ rows: Range<Int>, _ near: NeighbourBand, _ shared: Shared) {
    let doubtful = near.doubtful(rows.count)
    let step = 4096
    let parts = inOrder((doubtful.count + step - 1) / step, threads: threads) { part in
      let some = doubtful[part * step..<min(doubtful.count, (part + 1) * step)]
      let pairs = (some.map { rows.lowerBound + $0.query }, some.map(\.row))
      let results = evaluateOneByOne(pairs)
      shared.note(results.outOfRange.map { (pairs.0[$0], pairs.1[$0]) })
      return results.values
    }
    shared.refined.wrappingAdd(doubtful.count, ordering: .relaxed)
    near.settle(rows.count, parts.flatMap { $0 })
  }
}
