internal import KullbackFiles
internal import Synchronization
internal import KullbackSystem

/// What happens when the process is interrupted, crashes, or an input file shrinks while it is mapped.
///
/// The handlers end the process at once, so that a kernel over a long row or a slow disk cannot hold
/// them up; before that they remove what is unfinished. They call only what is safe in a handler.
enum Signals {
  /// Whether a progress bar may stand on the terminal and has to be erased.
  static let barIsShown = Atomic<Bool>(false)

  /// Installs the handlers.
  ///
  /// Called once, before anything is opened.
  static func install() {
    // Statics are made when they are first used, which must not happen inside a handler.
    UnfinishedFiles.prepare()
    _ = barIsShown.load(ordering: .relaxed)

    // A closed pipe and a file-size limit are answers of write(), which say more than a signal does.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      handle(number) { _ in
        Signals.interrupt()
        _exit(Status.interrupted.rawValue)
      }
    }
    if !isIgnored(SIGQUIT) {
      handle(SIGQUIT) { number in
        Signals.interrupt()
        Signals.endBy(number)
      }
    }
    // Reading a page of a mapped file that lies behind its end (any more) raises SIGBUS.
    handle(SIGBUS) { _ in
      Signals.removeUnfinished()
      Signals.say("kullback: an input became shorter while it was read, or its disk failed\n")
      Signals.tellWritten()
      _exit(Status.inputOutput.rawValue)
    }
    // A trap, of an allocation that failed say.
    for number in [SIGABRT, SIGILL, SIGTRAP, SIGSEGV] {
      handle(number) { number in
        Signals.removeUnfinished()
        // What is refused now was probably refused a moment ago.
        if Signals.isOutOfMemory {
          Signals.say("kullback: not enough memory\n")
          Signals.tellWritten()
          _exit(Status.noMemory.rawValue)
        }
        Signals.endBy(number)
      }
    }
    unblock()
  }

  /// Lets the signals through: a parent may have started this process with them blocked, which is no
  /// wish to survive them.
  private static func unblock() {
    var set = sigset_t()
    // SAFETY: the set is initialised before anything is added to it.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGBUS] { unsafe sigaddset(&set, number) }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static func interrupt() {
    // SAFETY: the process ends in the handler that calls this.
    unsafe UnfinishedFiles.interrupt { path in
      unsafe Signals.say("kullback: interrupted after this was written: ", path)
    }
    eraseBar()
  }

  /// Names the outputs that were written already.
  private static func tellWritten() {
    // SAFETY: C strings that are never freed.
    unsafe UnfinishedFiles.tellWritten { path in
      unsafe Signals.say("kullback: before that this was written: ", path)
    }
  }

  private static func removeUnfinished() {
    UnfinishedFiles.removeUnfinished()
    eraseBar()
  }

  private static func eraseBar() {
    if barIsShown.load(ordering: .relaxed) { say("\r\u{1B}[K") }
  }

  /// Ends the process by the signal itself, once the handler returns.
  private static func endBy(_ number: Int32) {
    signal(number, SIG_DFL)
    raise(number)
  }

  /// Whether the process has no address space left to speak of.
  private static var isOutOfMemory: Bool {
    let size = 64 << 20
    // SAFETY: a mapping of its own, which is given back at once.
    guard
      let probe = unsafe mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe probe != MAP_FAILED
    else { return true }
    _ = unsafe munmap(probe, size)
    return false
  }

  private static func say(_ text: StaticString) {
    // SAFETY: a static string is in memory for as long as the process is.
    _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Says a line that ends in a path, which is a C string.
  private static func say(_ text: StaticString, _ path: UnsafePointer<CChar>) {
    say(text)
    _ = unsafe write(STDERR_FILENO, path, strlen(path))
    say("\n")
  }

  /// Whether a parent (nohup, a shell's background job) wants a signal ignored: that stays so.
  private static func isIgnored(_ number: Int32) -> Bool {
    var old = sigaction()
    // SAFETY: with no new action sigaction only fills in the old one.
    _ = unsafe sigaction(number, nil, &old)
    #if canImport(Darwin)
      return unsafe unsafeBitCast(old.__sigaction_u.__sa_handler, to: Int.self) == 1
    #else
      return unsafe unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 1
    #endif
  }

  private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    signal(number, handler)
  }
}
