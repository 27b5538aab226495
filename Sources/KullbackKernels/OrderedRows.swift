package import KullbackMatrix

extension RowOperand {
  /// The same rows with the elements of each one after the other: this operand, or one of a copy.
  package func inOrder(threads: Int) -> RowOperand {
    matrix.isInOrder ? self : with(matrix.inOrder(share: shared(by: threads)))
  }

  /// Some rows in order, as an operand of their own.
  ///
  /// - Parameter room: holds a copy, where there has to be one; memory that is there already is used again once
  ///   the operand that was made of it is gone.
  package func inOrder(
    rows: Range<Int>, threads: Int, in room: inout AnyMatrix?
  ) -> RowOperand {
    guard !isRepeated else { return inOrder(threads: threads) }
    let part = matrix[rows: rows]
    guard !part.isInOrder else { return with(part) }
    let share = shared(by: threads)
    guard var copy = room.take() else {
      let copy = part.inOrder(share: share)
      room = copy
      return with(copy)
    }
    copy.replace(byOrdering: part, share: share)
    room = copy
    return with(copy)
  }

  /// What has so many threads share the tasks of a copy.
  private func shared(by threads: Int) -> (_ tasks: Int, _ body: @Sendable (Int) -> Void) -> Void {
    { tasks, body in Threads.parallel(tasks: tasks, threads: threads, body) }
  }

  private func with(_ matrix: AnyMatrix) -> RowOperand {
    RowOperand(
      matrix, form: form, temperature: temperature, smoothing: smoothing, tolerance: tolerance,
      isRepeated: isRepeated)
  }

  /// How many rows are put in order together, so that the copy's size is bounded.
  ///
  /// Each column has four pages in it where 256 MiB hold them, and one where a gibibyte does: a page that holds
  /// more rows than are wanted is read again for the next ones.
  package var orderedRows: Int {
    let (page, size) = (4096 / matrix.kind.byteCount, max(1, rowBytes))
    let wanted = max(4 * page, (64 << 20) / size)
    let most = (256 << 20) / size
    return max(1, wanted <= most ? wanted : max(most, min(page, (1 << 30) / size)))
  }

  /// Calls `body` with rows in order: with all of them at once where this operand has them so, or with copies of
  /// blocks, one after the other.
  ///
  /// - Parameter body: takes an operand, which of its rows are meant, and how many came before them.
  func inBlocks(
    _ rows: Range<Int>, threads: Int,
    _ body: (_ operand: RowOperand, _ rows: Range<Int>, _ done: Int) -> Void
  ) {
    guard !matrix.isInOrder, !isRepeated else {
      body(inOrder(threads: threads), rows, 0)
      return
    }
    let step = orderedRows
    var room: AnyMatrix?
    for from in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
      let some = from..<min(rows.upperBound, from + step)
      if from == rows.lowerBound { matrix.prefetch(rows: some) }
      let block = inOrder(rows: some, threads: threads, in: &room)
      matrix.prefetch(rows: some.upperBound..<min(rows.upperBound, some.upperBound + step))
      body(block, 0..<some.count, from - rows.lowerBound)
    }
  }
}
