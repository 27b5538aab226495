/// Rows cut into tasks of about half a mebibyte.
struct RowTasks {
  let rows: Int
  let step: Int
  let isSmall: Bool

  /// - Parameter bytesPerRow: read and written.
  init(rows: Int, bytesPerRow: Int) {
    self.rows = rows
    // In multiples of 16 rows, so that short rows fill their vectors.
    let count = max(1, (1 << 19) / max(1, bytesPerRow))
    step = count >= 16 ? count / 16 * 16 : count
    isSmall = rows * bytesPerRow < 1 << 18
  }

  /// Calls `body` with every task's rows, counted from 0.
  func run(threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
    Threads.parallel(tasks: (rows + step - 1) / step, threads: isSmall ? 1 : threads) { task in
      body(task * step..<min(rows, (task + 1) * step))
    }
  }
}
