internal import COpenBLAS

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
}
