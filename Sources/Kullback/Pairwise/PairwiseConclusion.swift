internal import KullbackKernels
internal import Synchronization

extension PairwiseEngine {
  /// Turns sums of products into values: what is infinite or has no value, and what is evaluated again.
  func conclude(
    _ rows: Range<Int>, _ columns: Range<Int>, _ left: Prepared, _ right: Prepared,
    _ space: inout Workspace, _ shared: Shared
  ) -> Tile {
    var doubtful: [Int] = []
    // The values are what stands in `forward` at the end.
    switch route {
    case .divergences(let forward, let reverse, let addend):
      if forward {
        doubtful = left.masses.finish(
          &space.forward, ofColumns: false, logarithms: right.logs, rule: rule,
          doubts: &space.doubts)
        forbid(left.masses, right.logs, &space.forward, &space.doubts) { ($0, $1) }
      }
      if reverse {
        doubtful += right.masses.finish(
          &space.reverse, ofColumns: true, logarithms: left.logs, rule: rule,
          doubts: &space.doubts)
        forbid(right.masses, left.logs, &space.reverse, &space.doubts) { ($1, $0) }
      }
      if forward, reverse {
        space.forward = sum(space.forward, space.reverse)
        doubtful = Array(Set(doubtful)).sorted()
      } else if reverse {
        swap(&space.forward, &space.reverse)
      }
      if addend != .nothing {
        space.forward = sum(space.forward, entropies(rows, columns, addend))
      }
    case .entropy(let addend):
      space.forward = entropies(rows, columns, addend)
    case .rowByRow:
      space.doubts = [UInt8](repeating: 1, count: rows.count * columns.count)
      doubtful = Array(0..<rows.count)
    }
    dropInvalid(rows, columns, &space)
    let refined = refine(rows, columns, doubtful, &space)
    shared.refined.wrappingAdd(refined, ordering: .relaxed)
    return Tile(rows: rows, columns: columns, values: space.forward)
  }

  private func sum(_ first: Matrix<Double>, _ second: Matrix<Double>) -> Matrix<Double> {
    Matrix(zip(first.values, second.values).map(+), rows: first.rows, columns: first.columns)
  }

  /// Makes pairs infinite in which a row has mass where the other has none.
  private func forbid(
    _ masses: RowTile<Element>, _ logs: RowTile<Element>, _ values: inout Matrix<Double>,
    _ doubts: inout [UInt8], _ place: (_ mass: Int, _ log: Int) -> (row: Int, column: Int)
  ) {
    let width = values.columns
    for log in logs.gaps.indices where logs.gaps[log] != 0 {
      for mass in masses.gaps.indices where masses.exceeds(mass, logs, log) {
        let (row, column) = place(mass, log)
        values[row, column] = .infinity
        doubts[row * width + column] = 0
      }
    }
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

  /// What the kernels for two rows find of pairs.
  private func evaluateOneByOne(_ pairs: (rows: [Int], columns: [Int])) -> [Double] {
    switch source {
    case .quantity(let quantity):
      evaluatePairs(
        targets.operand, rows: pairs.rows, models.operand, rows: pairs.columns,
        quantities: [quantity])[quantity]
    case .power(let order):
      evaluatePowerSums(
        targets.operand, rows: pairs.rows, models.operand, rows: pairs.columns, orders: [order])[
          order]
    }
  }

  /// Evaluates doubtful pairs row by row; returns how many there were.
  private func refine(
    _ rows: Range<Int>, _ columns: Range<Int>, _ doubtful: [Int], _ space: inout Workspace
  ) -> Int {
    var pairs: (rows: [Int], columns: [Int]) = ([], [])
    var count = 0
    func flush() {
      let results = evaluateOneByOne(pairs)
      for (index, value) in results.enumerated() {
        space.forward[
          pairs.rows[index] - rows.lowerBound, pairs.columns[index] - columns.lowerBound] = value
      }
      count += results.count
      pairs = ([], [])
    }
    let width = columns.count
    for row in doubtful {
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
