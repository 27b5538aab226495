internal import KullbackSystem
internal import Synchronization

/// The results of tasks that all processors share, in order.
func inParallel<Value: Sendable>(
  _ tasks: Int, _ body: @Sendable (Int) -> Value
) -> [Value] {
  let results = Mutex<[Value?]>(Array(repeating: nil, count: tasks))
  ThreadTeam.run(tasks: tasks, threads: ThreadLimits.current.threads) { index in
    let value = body(index)
    results.withLock { $0[index] = value }
  }
  return results.withLock { $0.compactMap(\.self) }
}
