internal import Synchronization
internal import KullbackSystem

/// A file that gets its name when it is whole.
///
/// Bytes go to a file without a name, which the system removes with the process, however that ends; where
/// the file system has no such files, to one beside the final name. The name is taken over in one step, and
/// what stood there before is untouched until then. Pipes and devices are written directly.
final class AtomicFile {
  /// The name of the unfinished file; nil when it has none, and when the output is written directly.
  let temporaryPath: String?
  private let path: String
  private let final: String
  private var descriptor: Int32
  private let isDirect: Bool
  private var buffer: [UInt8] = []
  private var isUnfinished = false
  private static let number = Atomic<Int>(0)

  init(path: String, isNameless: Bool = true) throws(FileError) {
    self.path = path
    var status = stat()
    // SAFETY: `path` is a valid C string for the call.
    let exists = unsafe stat(path, &status) == 0
    if !exists, errno == ENAMETOOLONG {
      throw .cannotCreate(path: path, reason: systemReason(errno))
    }
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw .cannotCreate(path: path, reason: systemReason(EISDIR))
    }
    let open = AtomicFile.openDescriptor(path)
    isDirect = open != nil || (exists && status.st_mode & S_IFMT != S_IFREG)
    guard !isDirect else {
      temporaryPath = nil
      final = path
      descriptor = open.map { dup($0) } ?? openDirectly(path)
      guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: systemReason(errno)) }
      return
    }
    if exists, unsafe access(path, W_OK) != 0 {
      throw .cannotCreate(path: path, reason: systemReason(errno))
    }
    final = AtomicFile.followLinks(path)
    let nameless = isNameless ? AtomicFile.openNameless(in: AtomicFile.folder(of: final)) : -1
    if nameless >= 0 {
      (temporaryPath, descriptor) = (nil, nameless)
    } else {
      (temporaryPath, descriptor) = AtomicFile.create(beside: final)
    }
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: systemReason(errno)) }
    isUnfinished = true
    // A file that is replaced keeps its permissions.
    if exists { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  /// The descriptor that a name like /dev/stdout or /dev/fd/3 stands for.
  private static func openDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A file of a folder's file system that has no name yet, or -1 where there cannot be one.
  private static func openNameless(in folder: String) -> Int32 {
    #if os(Linux)
      // O_TMPFILE, whose macro Swift does not import.
      let descriptor = openCreating(folder, O_WRONLY | O_CLOEXEC | O_DIRECTORY | 0o20_000_000)
      guard descriptor >= 0 else { return -1 }
      // Without /proc it could not be given a name.
      guard unsafe access("/proc/self/fd/\(descriptor)", F_OK) == 0 else {
        close(descriptor)
        return -1
      }
      return descriptor
    #else
      return -1
    #endif
  }

  /// A name beside the final one that nobody has, as far as is known.
  private static func unusedName(beside final: String) -> String {
    let slash = final.lastIndex(of: "/").map(final.index(after:)) ?? final.startIndex
    // A name has at most 255 bytes; what is added needs room.
    var name = final[slash...]
    while name.utf8.count > 200 { name.removeLast() }
    let unique = number.wrappingAdd(1, ordering: .relaxed).newValue
    return "\(final[..<slash]).\(name).\(getpid()).\(unique).partial"
  }

  /// Creates a file of a name that nobody has: a killed process may have left the first one tried.
  private static func create(beside final: String) -> (path: String, descriptor: Int32) {
    while true {
      let path = unusedName(beside: final)
      let descriptor = UnfinishedFiles.changingNames {
        let descriptor = openCreating(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
        let code = errno
        if descriptor >= 0 { UnfinishedFiles.add(unfinished: path) }
        errno = code
        return descriptor
      }
      if descriptor >= 0 || errno != EEXIST { return (path, descriptor) }
    }
  }

  /// Where a symbolic link leads: the link itself is to stay.
  static func followLinks(_ path: String) -> String {
    var path = path
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    // As many links as the system itself follows.
    for _ in 0..<40 {
      // SAFETY: at most as many bytes as the buffer holds.
      let count = unsafe readlink(path, &buffer, buffer.count)
      guard count > 0 else { break }
      let target = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
      let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
      path = target.hasPrefix("/") ? target : path[..<slash] + target
    }
    return path
  }

  func write(_ bytes: [UInt8]) throws(FileError) {
    buffer += bytes
    if buffer.count >= 1 << 20 { try flush() }
  }

  private func flush() throws(FileError) {
    try writeAll(buffer, to: descriptor, path: path)
    buffer.removeAll(keepingCapacity: true)
  }

  /// Gives the file its name.
  func commit() throws(FileError) {
    try flush()
    guard isUnfinished else {
      let closed = close(descriptor)
      descriptor = -1
      guard closed == 0 else { throw failure() }
      return
    }
    let code = UnfinishedFiles.changingNames { () -> Int32 in
      let answer = temporaryPath.map { rename(from: $0, to: final) } ?? takeName()
      guard answer == 0 else { return errno }
      if let temporaryPath { UnfinishedFiles.remove(unfinished: temporaryPath) }
      UnfinishedFiles.add(written: path)
      return 0
    }
    guard code == 0 else {
      errno = code
      throw failure()
    }
    isUnfinished = false
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw failure() }
  }

  /// Gives a nameless file the final name: at once where that is free, else by way of another name, since
  /// nothing can be linked over a file that is there.
  private func takeName() -> Int32 {
    if link(to: final) == 0 { return 0 }
    guard errno == EEXIST else { return -1 }
    while true {
      let name = AtomicFile.unusedName(beside: final)
      guard link(to: name) == 0 else {
        if errno == EEXIST { continue }
        return -1
      }
      if rename(from: name, to: final) == 0 { return 0 }
      let code = errno
      // SAFETY: a valid C string for the call.
      _ = unsafe unlink(name)
      errno = code
      return -1
    }
  }

  private func link(to name: String) -> Int32 {
    // SAFETY: valid C strings for the call.
    unsafe linkat(
      AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, Int32(AT_SYMLINK_FOLLOW))
  }

  private func rename(from name: String, to final: String) -> Int32 {
    // SAFETY: valid C strings for the call.
    unsafe systemRename(name, final)
  }

  /// The error of the last call, everything else removed.
  private func failure() -> FileError {
    let reason = systemReason(errno)
    discard()
    return .failed(path: path, reason: reason)
  }

  /// Removes what has been written, unless it has its name.
  func discard() {
    if descriptor >= 0 {
      close(descriptor)
      descriptor = -1
    }
    guard isUnfinished else { return }
    isUnfinished = false
    guard let temporaryPath else { return }
    UnfinishedFiles.changingNames {
      // SAFETY: a valid C string for the call.
      _ = unsafe unlink(temporaryPath)
      UnfinishedFiles.remove(unfinished: temporaryPath)
    }
  }

  deinit {
    discard()
  }
}

private func openDirectly(_ path: String) -> Int32 {
  // SAFETY: a valid C string for the call.
  unsafe open(path, O_WRONLY | O_CLOEXEC)
}

private func openCreating(_ path: String, _ flags: Int32) -> Int32 {
  // SAFETY: a valid C string for the call.
  unsafe open(path, flags, 0o666)
}

private func systemRename(_ from: UnsafePointer<CChar>, _ to: UnsafePointer<CChar>) -> Int32 {
  // SAFETY: valid C strings, by the caller.
  unsafe rename(from, to)
}
