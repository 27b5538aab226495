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
  /// Whether the unfinished file stands there.
  private var isUnfinished = false
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
    final = AtomicFile.followLinks(path)
    (temporaryPath, descriptor) = AtomicFile.create(beside: final)
    guard descriptor >= 0 else { throw .cannotCreate(path: path, reason: systemReason(errno)) }
    isUnfinished = true
    // A file that is replaced keeps its permissions.
    if exists { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  /// Creates a file of a name that nobody has: a killed process may have left the first one tried.
  private static func create(beside final: String) -> (path: String, descriptor: Int32) {
    let slash = final.lastIndex(of: "/").map(final.index(after:)) ?? final.startIndex
    // A name has at most 255 bytes; what is added needs room.
    var name = final[slash...]
    while name.utf8.count > 200 { name.removeLast() }
    while true {
      let unique = number.wrappingAdd(1, ordering: .relaxed).newValue
      let path = "\(final[..<slash]).\(name).\(getpid()).\(unique).partial"
      // SAFETY: a valid C string for the call.
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 || errno != EEXIST { return (path, descriptor) }
    }
  }

  /// Where a symbolic link leads: the link itself is to stay.
  private static func followLinks(_ path: String) -> String {
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
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw failure() }
    guard let temporaryPath else { return }
    // SAFETY: valid C strings for the call.
    guard unsafe rename(temporaryPath, final) == 0 else { throw failure() }
    isUnfinished = false
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
    guard isUnfinished, let temporaryPath else { return }
    // SAFETY: a valid C string for the call.
    _ = unsafe unlink(temporaryPath)
    isUnfinished = false
  }

  deinit {
    discard()
  }
}
