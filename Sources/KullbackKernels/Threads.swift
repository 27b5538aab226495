internal import KullbackSystem

/// How many threads kernels use.
public enum Threads {
  /// The processors that this process may run on.
  public static let `default`: Int = ThreadTeam.processors

  /// Runs `body` for every task, handing tasks out in order to threads as they become free.
  ///
  /// The calling thread takes part; it returns when all tasks are done. With one thread or one task
  /// nothing is started.
  package static func parallel(tasks: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    ThreadTeam.run(tasks: tasks, threads: threads, body)
  }
}
