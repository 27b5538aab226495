internal import CVectorKernels
internal import KullbackMatrix

/// Evaluates quantities with a parameter of pairs of rows, row i of one side with row i of the other.
///
///     L(α) = log Σ p^α q^(1-α), over the classes in which both have mass
///     S(α) = D(p ‖ αq + (1-α)p)
///     the share of the α largest classes that p and q have in common; the rank of p's largest class in q
///
/// - Shapes: both sides have the same columns; `rows` lie in both (a repeated side has any row).
///   Results go to `offset`, `offset + 1`, … of `results`.
/// - Units: nats.
/// - Special values: for α = +infinity the result is log max p/q; for α = 0 and 1 the mass of one side in
///   the classes of the other counts. For α above 1, +infinity where p has mass and q has none; below 0,
///   where q has mass and p has none; in between, -infinity where no class has both. S is finite: at most
///   -log(1 - α), where no class has both. Of equal classes those with lower numbers are larger.
/// - Accuracy: shares and ranks are exact. Of the others the relative error is at most 1e-12, and 1e-6 where either side has fewer digits than `Double`,
///   however near L or S is to 0; measured 3e-14 and 2e-8, the latter of probabilities and weights. Never on
///   the wrong side of 0. The order 1 - α with exchanged sides gives the same bits of L where 1 - α is exact.
/// - Complexity: one read of each side for the normalisers and for each quantity one or two more, from cache;
///   memory beyond the results is constant a thread.
/// - Precondition: the shapes agree and there is at least one column.
public func evaluateParametric(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>,
  into results: inout ParametricResults,
  at offset: Int = 0, threads: Int = Threads.default, on set: InstructionSet = .current
) {
  let classes = first.matrix.columns
  precondition(second.matrix.columns == classes, "rows of different lengths")
  precondition(classes > 0, "rows without classes")
  precondition(first.holds(rows) && second.holds(rows), "rows \(rows) are not all there")
  precondition(offset >= 0 && offset + rows.count <= results.rows, "no room for the results")
  guard !rows.isEmpty else { return }
  let segments = Segments(of: classes)
  guard segments.count == 1 else {
    evaluateLongRows(
      first, second, rows, segments, into: &results, at: offset, threads: threads, on: set)
    return
  }
  // SAFETY: the sides and columns are valid for this call, which ends after the last task; tasks write
  // disjoint rows.
  unsafe first.withSide { a in
    unsafe second.withSide { b in
      unsafe results.withWork(a, b, classes: classes, at: offset, on: set) { work in
        // Several times the work that a row's bytes are elsewhere.
        let tasks = RowTasks(rows: rows.count, bytesPerRow: 4 * (first.rowBytes + second.rowBytes))
        tasks.run(threads: threads) { task in
          let read = rows.lowerBound + task.lowerBound..<rows.lowerBound + task.upperBound
          first.populate(read)
          second.populate(read)
          work.evaluate(read, at: task.lowerBound)
        }
      }
    }
  }
}

/// Evaluates quantities with a parameter of pairs of rows that are named one by one: row `firstRows[i]` of one side
/// with row `secondRows[i]` of the other.
///
/// Each result is the one that `evaluateParametric(_:_:rows:into:at:threads:on:)` gives for the pair, bit for
/// bit. Runs in the calling thread.
///
/// - Shapes: results have a row for each pair.
/// - Precondition: the rows are there, and as many on both sides.
public func evaluateParametric(
  _ first: RowOperand, rows firstRows: [Int], _ second: RowOperand, rows secondRows: [Int],
  quantities: [ParametricQuantity], on set: InstructionSet = .current
) -> ParametricResults {
  checkPairs(first, firstRows, second, secondRows)
  let classes = first.matrix.columns
  var results = ParametricResults(quantities: quantities, rows: firstRows.count)
  guard Segments(of: classes).count == 1 else {
    for (index, pair) in zip(firstRows, secondRows).enumerated() {
      evaluateParametric(
        first.slice(pair.0), second.slice(pair.1), rows: 0..<1, into: &results, at: index,
        threads: 1, on: set)
    }
    return results
  }
  let (a64, b64) = (firstRows.map { Int64($0) }, secondRows.map { Int64($0) })
  // SAFETY: the sides, the lists of rows and the columns are valid for the call.
  unsafe first.withSide { a in
    unsafe second.withSide { b in
      unsafe a64.withUnsafeBufferPointer { a64 in
        unsafe b64.withUnsafeBufferPointer { b64 in
          var (a, b) = unsafe (a, b)
          unsafe a.rows = a64.baseAddress
          unsafe b.rows = b64.baseAddress
          unsafe results.withWork(a, b, classes: classes, at: 0, on: set) { work in
            for from in stride(from: 0, to: a64.count, by: ParametricTasks.most) {
              let some = from..<min(a64.count, from + ParametricTasks.most)
              work.evaluate(some, at: from)
            }
          }
        }
      }
    }
  }
  return results
}

extension ParametricResults {
  /// Calls `body` with the work on two sides, whose results go to row `offset` and on.
  fileprivate mutating func withWork(
    _ a: kvk_side, _ b: kvk_side, classes: Int, at offset: Int, on set: InstructionSet,
    _ body: (ParametricTasks) -> Void
  ) {
    if !isKnownUniquelyReferenced(&columns) { columns = Columns(copying: columns) }
    withExtendedLifetime(columns) {
      // SAFETY: `offset` lies inside the columns, which live over the call.
      let work = unsafe ParametricTasks(
        a: a, b: b, table: set.table, classes: classes, quantities: quantities, rows: rows,
        values: columns.values + offset, statuses: columns.statuses + offset)
      body(work)
    }
  }
}

/// One call's work, as tasks that threads share.
@safe
private struct ParametricTasks: @unchecked Sendable {
  /// Pairs whose normalisers are held at once where they are named one by one.
  static let most = 1024

  let a: kvk_side
  let b: kvk_side
  let table: kvk_table
  let classes: Int
  let quantities: [ParametricQuantity]
  /// From one column to the next.
  let rows: Int
  let values: UnsafeMutablePointer<Double>
  let statuses: UnsafeMutablePointer<UInt8>

  /// Evaluates rows of both sides; results go to `place` and on.
  func evaluate(_ read: Range<Int>, at place: Int) {
    var (a, b) = unsafe (self.a, self.b)
    let (from, count) = (Int64(read.lowerBound), read.count)
    // SAFETY: the rows are inside both sides and the columns; there is room for what normalises `count` rows,
    // and `pair_rows` sets it before it is read.
    unsafe withUnsafeTemporaryAllocation(of: kvk_pair_norms.self, capacity: count) { norms in
      guard let base = norms.baseAddress else { return }
      var out = unsafe kvk_pair_out()
      unsafe out.norms = base
      unsafe out.status_a = statuses + place
      unsafe out.status_b = statuses + rows + place
      unsafe table.pair_rows(&a, &b, from, Int64(count), Int64(classes), &out)
      for (index, quantity) in quantities.enumerated() {
        var power = unsafe kvk_power(
          order: quantity.parameter, norms: base, quantity: quantity.code)
        unsafe table.power_rows(
          &a, &b, from, Int64(count), Int64(classes), &power, values + index * rows + place)
      }
    }
  }

  /// A row whose segments the threads share, its normalisers being known.
  func evaluateLongRow(
    _ row: Int, _ segments: Segments, at place: Int, _ norms: kvk_pair_norms, threads: Int
  ) {
    let count = segments.count
    for (index, quantity) in quantities.enumerated() {
      var (a, b, state) = unsafe (self.a, self.b, kvk_state())
      var more = true
      while more {
        let before = state
        let partials = Partials(count: count)
        Threads.parallel(tasks: count, threads: threads) { task in
          var (a, b, before) = unsafe (self.a, self.b, before)
          let part = segments[task]
          // SAFETY: the part is inside both sides; each task writes its own partial state.
          unsafe withParameter(quantity, norms) { power in
            unsafe table.power_segment(
              &a, &b, Int64(row), Int64(part.lowerBound), Int64(part.upperBound), Int64(classes),
              power, &before, partials.base + task)
          }
        }
        // SAFETY: there are that many partial states.
        unsafe withParameter(quantity, norms) { power in
          more =
            unsafe table.power_merge(
              &a, &b, Int64(row), Int64(classes), power, &state, partials.base, Int64(count)) != 0
        }
      }
      // SAFETY: the row has a place in the column.
      unsafe withParameter(quantity, norms) { power in
        unsafe table.power_finish(
          &a, &b, Int64(row), Int64(classes), power, &state, values + index * rows + place)
      }
    }
  }

  /// Calls `body` with a quantity and what normalises one row as the kernels read them.
  private func withParameter(
    _ quantity: ParametricQuantity, _ norms: kvk_pair_norms,
    _ body: (UnsafePointer<kvk_power>) -> Void
  ) {
    // SAFETY: what normalises the row is valid for the call.
    unsafe withUnsafePointer(to: norms) { norms in
      var power = unsafe kvk_power(order: quantity.parameter, norms: norms, quantity: quantity.code)
      unsafe body(&power)
    }
  }
}

/// Rows one after the other, the segments of each shared by the threads.
private func evaluateLongRows(
  _ first: RowOperand, _ second: RowOperand, _ rows: Range<Int>, _ segments: Segments,
  into results: inout ParametricResults, at offset: Int, threads: Int, on set: InstructionSet
) {
  var known = PairResults(quantities: [.logRatio], rows: rows.count)
  let norms = evaluatePairNorms(first, second, rows: rows, into: &known, threads: threads, on: set)
  // SAFETY: the sides and columns are valid for this call.
  unsafe first.withSide { a in
    unsafe second.withSide { b in
      unsafe results.withWork(a, b, classes: first.matrix.columns, at: offset, on: set) { work in
        for index in 0..<rows.count {
          let status = known.status(ofRow: index)
          unsafe work.statuses[index] = status.first.rawValue
          unsafe work.statuses[work.rows + index] = status.second.rawValue
          work.evaluateLongRow(
            rows.lowerBound + index, segments, at: index, norms[index], threads: threads)
        }
      }
    }
  }
}
