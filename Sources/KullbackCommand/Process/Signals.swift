internal import KullbackFiles
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What happens when the process is interrupted, or an input file shrinks while it is mapped.
///
/// The handlers end the process at once, so that a kernel over a long row or a slow disk cannot hold
/// them up; before that they remove the unfinished output. They call only what POSIX allows in a
/// handler: write, unlink and _exit.
enum Signals {
  /// The files that may be unfinished at the same time.
  enum Output {
    /// The results, and a picture or centroids that go with them.
    case results, companion
  }

  /// The files that are being written beside their final names: the addresses of C strings, or 0.
  private static let unfinishedResults = Atomic<UInt>(0)
  private static let unfinishedCompanion = Atomic<UInt>(0)
  /// Whether a progress bar may stand on the terminal and has to be erased.
  static let barIsShown = Atomic<Bool>(false)

  /// Installs the handlers.
  ///
  /// Called once, before anything is opened.
  static func install() {
    // Statics are made when they are first used, which must not happen inside a handler.
    _ = unfinishedResults.load(ordering: .relaxed)
    _ = unfinishedCompanion.load(ordering: .relaxed)
    _ = barIsShown.load(ordering: .relaxed)

    // A closed pipe and a file-size limit are answers of write(), which say more than a signal does.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      handle(number) { _ in
        Signals.removeUnfinished()
        _exit(Status.interrupted.rawValue)
      }
    }
    // Reading a page of a mapped file that lies behind its end (any more) raises SIGBUS.
    handle(SIGBUS) { _ in
      Signals.removeUnfinished()
      Signals.say("kullback: an input became shorter while it was read, or its disk failed\n")
      _exit(Status.inputOutput.rawValue)
    }
    unblock()
  }

  /// Names the file to remove when the process is interrupted; nil when there is none any more.
  static func setUnfinished(_ path: String?, _ output: Output = .results) {
    // SAFETY: strdup copies the string; the copy lives until it is exchanged for another one. It is
    // not freed then, since a handler on another thread may hold it: one short string an output.
    let copy = unsafe path.flatMap { unsafe strdup($0) }
    let address = UInt(bitPattern: copy)
    switch output {
    case .results: unfinishedResults.store(address, ordering: .sequentiallyConsistent)
    case .companion: unfinishedCompanion.store(address, ordering: .sequentiallyConsistent)
    }
  }

  /// Starts a file with what writes it, given with the unfinished file's name.
  ///
  /// Signals wait meanwhile, so that none comes between the file's creation and its being known here.
  static func starting<Writer>(
    _ output: Output = .results, _ make: () throws(FileError) -> (Writer, String?)
  ) throws(Failure) -> Writer {
    var (set, old) = (interruptions, sigset_t())
    // SAFETY: both sets are initialised; the old mask is put back before this returns.
    _ = unsafe pthread_sigmask(SIG_BLOCK, &set, &old)
    defer { _ = unsafe pthread_sigmask(SIG_SETMASK, &old, nil) }
    do {
      let (writer, path) = try make()
      setUnfinished(path, output)
      return writer
    } catch {
      throw Failure(error)
    }
  }

  private static var interruptions: sigset_t {
    var set = sigset_t()
    // SAFETY: the set is initialised before anything is added to it.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&set, number) }
    return set
  }

  /// Lets the signals through: a parent may have started this process with them blocked, which is no
  /// wish to survive them.
  private static func unblock() {
    var set = sigset_t()
    // SAFETY: the set is initialised before anything is added to it.
    unsafe sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGBUS] { unsafe sigaddset(&set, number) }
    _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  private static func removeUnfinished() {
    remove(unfinishedResults.load(ordering: .sequentiallyConsistent))
    remove(unfinishedCompanion.load(ordering: .sequentiallyConsistent))
    if barIsShown.load(ordering: .relaxed) { say("\r\u{1B}[K") }
  }

  private static func remove(_ address: UInt) {
    // SAFETY: the address is 0 or that of a C string that is never freed.
    if let path = unsafe UnsafePointer<CChar>(bitPattern: address) { _ = unsafe unlink(path) }
  }

  private static func say(_ text: StaticString) {
    // SAFETY: a static string is in memory for as long as the process is.
    _ = unsafe write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
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
