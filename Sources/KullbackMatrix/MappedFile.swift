internal import KullbackSystem

/// The bytes of a file, mapped read-only for as long as this object lives.
///
/// The file has to keep its length: reading a page that is no longer there is a bus error.
@safe
public final class MappedFile: @unchecked Sendable {
  /// The first byte.
  @unsafe public let base: UnsafeRawPointer
  /// The length of the file when it was mapped.
  public let byteCount: Int
  private let isMapped: Bool
  /// The file, to read from; -1 where it is only mapped.
  private let descriptor: Int32
  private let buffers = ReadBuffers()

  /// Of very many files the later ones are only mapped, so that descriptors are left for others.
  private static let keptDescriptors: Int32 = 128

  /// Maps a regular file.
  ///
  /// - Throws: `MappingError` when it cannot be opened or mapped, or is not a regular file.
  public convenience init(path: String) throws(MappingError) {
    // SAFETY: `path` is a valid C string for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappingError(code: errno, isNotRegular: false) }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor)
  }

  /// Maps a regular file that is open; the descriptor stays the caller's.
  ///
  /// - Throws: `MappingError` when it cannot be mapped, or is not a regular file.
  public init(descriptor: Int32) throws(MappingError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw MappingError(code: errno, isNotRegular: false)
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw MappingError(code: EISDIR, isNotRegular: false) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappingError(code: 0, isNotRegular: true)
    }
    byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      // An empty file has no bytes to point at; any address does.
      unsafe base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
      isMapped = false
      self.descriptor = -1
      return
    }
    // SAFETY: a fresh read-only mapping of `byteCount` bytes.
    guard
      let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe address != MAP_FAILED
    else { throw MappingError(code: errno, isNotRegular: false) }
    unsafe base = UnsafeRawPointer(address)
    isMapped = true
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    if copy >= Self.keptDescriptors { close(copy) }
    self.descriptor = copy < Self.keptDescriptors ? copy : -1
    _ = unsafe madvise(address, byteCount, MADV_SEQUENTIAL)
  }

  /// Has a range of bytes read ahead of their use, and returns at once.
  public func prefetch(bytes: Range<Int>) {
    advise(bytes, first: MADV_WILLNEED, else: MADV_WILLNEED)
  }

  /// Brings a range of bytes in, so that touching them faults no page; returns when they are there.
  public func populate(bytes: Range<Int>) {
    advise(bytes, first: 22 /* MADV_POPULATE_READ, Linux 5.14 */, else: MADV_WILLNEED)
  }

  /// Hands the address of a range of bytes to a closure, for which they are in memory.
  ///
  /// They are read into a buffer that is used again, which costs less than having pages mapped and unmapped; where
  /// that fails, as of a file that has been cut short, they are those of the mapping.
  @unsafe
  func withBytes<Result>(
    _ bytes: Range<Int>, _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    guard descriptor >= 0, bytes.count <= ReadBuffers.largest else {
      populate(bytes: bytes)
      // SAFETY: the caller's range lies in the mapping.
      return unsafe try body(base + bytes.lowerBound)
    }
    return try unsafe buffers.withBuffer { buffer in
      if unsafe read(bytes, into: buffer) { return try unsafe body(UnsafeRawPointer(buffer)) }
      populate(bytes: bytes)
      return unsafe try body(base + bytes.lowerBound)
    }
  }

  /// Whether all bytes of a range could be read.
  private func read(_ bytes: Range<Int>, into buffer: UnsafeMutableRawPointer) -> Bool {
    var done = 0
    while done < bytes.count {
      // SAFETY: the buffer has room for all of them.
      let count = unsafe pread(
        descriptor, buffer + done, bytes.count - done, off_t(bytes.lowerBound + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Gives the pages of a range of bytes back; they are read again when touched.
  public func release(bytes: Range<Int>) {
    // Only whole pages inside the range: their neighbours may be in use.
    let page = Int(getpagesize())
    let from = (max(0, bytes.lowerBound) + page - 1) / page * page
    let to = bytes.upperBound >= byteCount ? byteCount : bytes.upperBound / page * page
    guard isMapped, from < to else { return }
    // SAFETY: inside the mapping; it is private and never written, so nothing is lost.
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + from), to - from, MADV_DONTNEED)
  }

  /// Tells the system whether the file is read here and there, so that nothing is read around what is touched,
  /// instead of from its start to its end.
  func expect(isScattered: Bool) {
    guard isMapped else { return }
    // SAFETY: the whole mapping.
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: base), byteCount,
      isScattered ? MADV_RANDOM : MADV_SEQUENTIAL)
  }

  private func advise(_ bytes: Range<Int>, first: Int32, else second: Int32) {
    let page = Int(getpagesize())
    let from = max(0, bytes.lowerBound) / page * page
    let to = min(byteCount, bytes.upperBound)
    guard isMapped, from < to else { return }
    // SAFETY: inside the mapping.
    let address = unsafe UnsafeMutableRawPointer(mutating: base + from)
    #if os(Linux)
      if unsafe madvise(address, to - from, first) == 0 { return }
    #endif
    _ = unsafe madvise(address, to - from, second)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if isMapped {
      // SAFETY: mapped in `init`; nothing refers to it any more.
      _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    } else {
      unsafe base.deallocate()
    }
  }
}
