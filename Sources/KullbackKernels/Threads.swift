internal import KullbackSystem

/// How many threads kernels use.
public enum Threads {
  /// The processors that this process may run on, or fewer: its control group's share of their time, rounded up, and
  /// what `KULLBACK_NUM_THREADS` and `OMP_NUM_THREADS` say.
  public static let `default`: Int = ThreadLimits.current.threads

  /// What is wrong with `KULLBACK_NUM_THREADS`, in words; nil where nothing is.
  package static let problem: String? = ThreadLimits.current.problem

  /// Runs `body` for every task, handing tasks out in order to threads as they become free.
  ///
  /// The calling thread takes part; it returns when all tasks are done. With one thread or one task
  /// nothing is started.
  package static func parallel(tasks: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    ThreadTeam.run(tasks: tasks, threads: threads, body)
  }
}
