internal import COpenBLAS
internal import Synchronization

extension BLAS {
  /// Runs `body` with OpenBLAS divided over `count` threads, and restores what was set before, also
  /// when `body` throws.
  ///
  /// Products of whole matrices want OpenBLAS's threads; what runs inside workers of one's own wants
  /// one thread, since two spinning pools take the processors from each other. Threads pay in gemm
  /// from about 128 rows and columns, in a Cholesky factorisation from about 512.
  ///
  /// The number belongs to the process, not to the calling thread: set it once around all workers,
  /// not in each of them. Calls nest; overlapping calls of different threads restore in the order in
  /// which they end.
  ///
  /// - Parameters:
  ///   - count: At least 1. OpenBLAS takes at most as many as it was built for.
  ///   - body: What is to run.
  public static func withThreads<Result: ~Copyable, Failure: Error>(
    _ count: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(count >= 1, "the number of threads must be at least 1")
    let before = openblas_get_num_threads()
    openblas_set_num_threads(Int32(clamping: count))
    defer { openblas_set_num_threads(before) }
    return try body()
  }

  /// Runs `body` with OpenBLAS at one thread, for products inside workers of one's own.
  ///
  /// Unlike `withThreads(_:_:)` calls may overlap: what was set before comes back when the last one ends, so
  /// that none of them meets OpenBLAS's threads, which divide products differently and round them so.
  public static func withOneThread<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    singles.withLock { singles in
      if singles.running == 0 { singles.before = openblas_get_num_threads() }
      singles.running += 1
      openblas_set_num_threads(1)
    }
    defer {
      singles.withLock { singles in
        singles.running -= 1
        if singles.running == 0 { openblas_set_num_threads(singles.before) }
      }
    }
    return try body()
  }

  /// How many calls of `withOneThread(_:)` are running, and what was set before the first.
  private static let singles = Mutex<(running: Int, before: Int32)>((0, 1))
}
