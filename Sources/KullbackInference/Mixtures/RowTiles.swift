internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Rows in tiles whose size only the data decide, so that sums do not depend on the number of threads.
struct RowTiles {
  private let rows: Int
  private let step: Int

  /// Tiles of at most so many rows.
  init(rows: Int, step: Int) {
    (self.rows, self.step) = (rows, max(1, step))
  }

  /// Tiles in which so many numbers a row stay in the second cache.
  init(rows: Int, numbersPerRow: Int) {
    self.init(rows: rows, step: min(max((1 << 16) / max(1, numbersPerRow), 32), 2048))
  }

  /// At most so many tiles, for sums that are too large to be kept for each of many.
  init(rows: Int, atMost count: Int) {
    self.init(rows: rows, step: (rows + count - 1) / max(1, count))
  }

  private var count: Int { (rows + step - 1) / step }

  /// The tiles' rows.
  var ranges: [Range<Int>] {
    (0..<count).map { $0 * step..<min(rows, ($0 + 1) * step) }
  }

  /// What a closure makes of each tile, in their order; OpenBLAS has one thread meanwhile.
  ///
  /// - Throws: what the first tile that failed threw, and `CancellationError`.
  func map<Result: Sendable>(
    threads: Int = FitThreads.count, _ body: @Sendable (Range<Int>) throws -> Result
  ) throws -> [Result] {
    let ranges = ranges
    let results = BLAS.withOneThread {
      inOrder(ranges.count, threads: threads) { index in
        Swift.Result<Result, any Error> {
          try checkCancellation()
          return try body(ranges[index])
        }
      }
    }
    return try results.map { try $0.get() }
  }
}
