internal import KullbackKernels
internal import Synchronization

/// The results of tasks that threads share, in the order of the tasks.
package func inOrder<Result: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: count))
  Threads.parallel(tasks: count, threads: threads) { index in
    let result = body(index)
    results.withLock { $0[index] = result }
  }
  return results.withLock { $0.compactMap { $0 } }
}
