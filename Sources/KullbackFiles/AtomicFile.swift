internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A file that gets its name when it is whole.
///
/// Bytes go to a file beside the final name, which takes the name over in one step. What stood there
/// before is untouched until then. Pipes and devices are written directly.
final class AtomicFile {
  /// The name of the unfinished file; nil when the output is written directly.
  let temporaryPath: String?
  private let path: String
  private let final: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let number = Atomic<Int>(0)

  init(path: String) throws(FileError) {
    self.path = path
    var status = stat()
    // SAFETY: `path` is a valid C string for the call.
    let exists = unsafe stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR {
      throw .cannotCreate(path: path, reason: systemReason(EISDIR))
    }
    let isRegular = !exists || status.st_mode & S_IFMT == S_IFREG
    guard isRegular else {
      temporaryPath = nil
      final = path
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: systemReason(errno)) }
      return
    }
    if exists, unsafe access(path, W_OK) != 0 {
      throw .cannotCreate(path: path, reason: systemReason(errno))
    }
    let final = AtomicFile.followLinks(path)
    self.final = final
    let slash = final.lastIndex(of: "/").map(final.index(after:)) ?? final.startIndex
    let unique = AtomicFile.number.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = "\(final[..<slash]).\(final[slash...]).\(getpid()).\(unique).partial"
    temporaryPath = temporary
    // SAFETY: a valid C string for the call.
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: systemReason(errno)) }
    // A file that is replaced keeps its permissions.
    if exists { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  /// Where a symbolic link leads: the link itself is to stay.
  private static func followLinks(_ path: String) -> String {
    // SAFETY: realpath returns null or a string that the caller frees.
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
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
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else {
      discard()
      throw .failed(path: path, reason: systemReason(errno))
    }
    guard let temporaryPath else { return }
    // SAFETY: valid C strings for the call.
    guard unsafe rename(temporaryPath, final) == 0 else {
      let reason = systemReason(errno)
      discard()
      throw .failed(path: path, reason: reason)
    }
    isCommitted = true
  }

  private var isCommitted = false

  /// Removes what has been written.
  func discard() {
    if descriptor >= 0 {
      close(descriptor)
      descriptor = -1
    }
    if let temporaryPath, !isCommitted {
      // SAFETY: a valid C string for the call.
      _ = unsafe unlink(temporaryPath)
      isCommitted = true
    }
  }

  deinit {
    discard()
  }
}
