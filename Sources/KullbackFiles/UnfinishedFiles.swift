internal import Synchronization
internal import KullbackSystem

/// What a process that is interrupted has to know of its outputs: the names to remove, and those that
/// were given to whole files already.
///
/// Files are created and named inside `changingNames(_:)`. A handler that calls `interrupt()` waits until
/// no thread is inside, and none enters afterwards: what it then sees is how things stay.
public enum UnfinishedFiles {
  private static let threadsInside = Atomic<Int>(0)
  private static let isInterrupted = Atomic<Bool>(false)
  // Addresses of C strings that are never freed, or 0: a command has two outputs at most.
  private static let firstUnfinished = Atomic<UInt>(0)
  private static let secondUnfinished = Atomic<UInt>(0)
  private static let firstWritten = Atomic<UInt>(0)
  private static let secondWritten = Atomic<UInt>(0)

  /// Makes what handlers use, which must not happen inside one.
  public static func prepare() {
    _ = threadsInside.load(ordering: .relaxed)
    _ = isInterrupted.load(ordering: .relaxed)
    _ = firstUnfinished.load(ordering: .relaxed)
    _ = secondUnfinished.load(ordering: .relaxed)
    _ = firstWritten.load(ordering: .relaxed)
    _ = secondWritten.load(ordering: .relaxed)
  }

  /// Runs a body that creates or names a file, with interruptions held back in this thread.
  static func changingNames<Result>(_ body: () -> Result) -> Result {
    var (set, old) = (sigset_t(), sigset_t())
    // SAFETY: both sets are initialised before they are used; the old mask is put back at the end.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { unsafe sigaddset(&set, number) }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, &old)
    threadsInside.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if isInterrupted.load(ordering: .sequentiallyConsistent) {
      threadsInside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      // A handler on another thread is about to end the process.
      while true { pause() }
    }
    let result = body()
    threadsInside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    _ = unsafe pthread_sigmask(SIG_SETMASK, &old, nil)
    return result
  }

  static func add(unfinished path: String) { add(path, to: firstUnfinished, or: secondUnfinished) }
  static func add(written path: String) { add(path, to: firstWritten, or: secondWritten) }

  static func remove(unfinished path: String) {
    clear(firstUnfinished, path)
    clear(secondUnfinished, path)
  }

  private static func add(
    _ path: String, to first: borrowing Atomic<UInt>, or second: borrowing Atomic<UInt>
  ) {
    // SAFETY: strdup copies the string, which is never freed: a handler may hold it.
    let address = unsafe UInt(bitPattern: strdup(path))
    let isFree = first.compareExchange(
      expected: 0, desired: address, ordering: .sequentiallyConsistent
    ).exchanged
    if !isFree { second.store(address, ordering: .sequentiallyConsistent) }
  }

  private static func clear(_ slot: borrowing Atomic<UInt>, _ path: String) {
    let address = slot.load(ordering: .sequentiallyConsistent)
    // SAFETY: the address is 0 or that of a C string that is never freed.
    guard let text = unsafe UnsafePointer<CChar>(bitPattern: address),
      unsafe strcmp(text, path) == 0
    else { return }
    slot.store(0, ordering: .sequentiallyConsistent)
  }

  /// Ends all changes of names and removes what is unfinished; for signal handlers, whose process ends
  /// then.
  ///
  /// `say` is given the C strings of the outputs that were written already.
  @unsafe
  public static func interrupt(_ say: (UnsafePointer<CChar>) -> Void) {
    isInterrupted.store(true, ordering: .sequentiallyConsistent)
    // A thread stays inside for a few calls of the system, with interruptions blocked: it is not the one
    // that is in this handler, and does not wait for anything but the disk.
    while threadsInside.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
    removeUnfinished()
    unsafe tellWritten(say)
  }

  /// Gives the C strings of the outputs that were written already, for signal handlers too.
  @unsafe
  public static func tellWritten(_ say: (UnsafePointer<CChar>) -> Void) {
    let (first, second) = (
      firstWritten.load(ordering: .sequentiallyConsistent),
      secondWritten.load(ordering: .sequentiallyConsistent)
    )
    // SAFETY: each address is 0 or that of a C string that is never freed.
    if let path = unsafe UnsafePointer<CChar>(bitPattern: first) { unsafe say(path) }
    if let path = unsafe UnsafePointer<CChar>(bitPattern: second) { unsafe say(path) }
  }

  /// The names of the outputs that were written already.
  public static var written: [String] {
    var names: [String] = []
    // SAFETY: a C string that is never freed, which is copied.
    unsafe tellWritten { path in unsafe names.append(String(cString: path)) }
    return names
  }

  /// Removes what is unfinished; for handlers of faults, which may come from anywhere.
  public static func removeUnfinished() {
    unlink(firstUnfinished.load(ordering: .sequentiallyConsistent))
    unlink(secondUnfinished.load(ordering: .sequentiallyConsistent))
  }

  private static func unlink(_ address: UInt) {
    // SAFETY: the address is 0 or that of a C string that is never freed.
    guard let path = unsafe UnsafePointer<CChar>(bitPattern: address) else { return }
    _ = unsafe systemUnlink(path)
  }
}

private func systemUnlink(_ path: UnsafePointer<CChar>) -> Int32 {
  // SAFETY: a C string that is never freed.
  unsafe unlink(path)
}
