#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
internal import Synchronization

/// Threads that share a number of tasks, and end with them.
package enum ThreadTeam {
  /// Runs `body` for every task, handing tasks out in order to threads as they become free.
  ///
  /// The calling thread takes part; it returns when all tasks are done. With one thread or one task
  /// nothing is started.
  package static func run(tasks: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
    let helpers = min(threads, tasks) - 1
    guard helpers > 0 else {
      for task in 0..<tasks { body(task) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let team = Team(tasks: tasks, body: body)
      var started: [pthread_t] = []
      for _ in 0..<helpers {
        guard let thread = start(team) else { break }
        started.append(thread)
      }
      team.work()
      for thread in started { pthread_join(thread, nil) }
    }
  }

  private final class Team: Sendable {
    let next = Atomic<Int>(0)
    let tasks: Int
    let body: @Sendable (Int) -> Void

    init(tasks: Int, body: @escaping @Sendable (Int) -> Void) {
      self.tasks = tasks
      self.body = body
    }

    func work() {
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < tasks else { return }
        body(task)
      }
    }
  }

  /// A thread that joins the team; nil when the system has none to give.
  private static func start(_ team: Team) -> pthread_t? {
    let box = unsafe Unmanaged.passRetained(team)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // SAFETY: the box is retained once and released once, by the thread or on failure.
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          let pointer = unsafe argument
        #else
          guard let pointer = unsafe argument else { return nil }
        #endif
        unsafe Unmanaged<Team>.fromOpaque(pointer).takeRetainedValue().work()
        return nil
      }, box.toOpaque())
    guard failure == 0 else {
      unsafe box.release()
      return nil
    }
    return thread
  }
}
