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
      return
    }
    // SAFETY: a fresh read-only mapping of `byteCount` bytes.
    guard
      let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe address != MAP_FAILED
    else { throw MappingError(code: errno, isNotRegular: false) }
    unsafe base = UnsafeRawPointer(address)
    isMapped = true
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
    if isMapped {
      // SAFETY: mapped in `init`; nothing refers to it any more.
      _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    } else {
      unsafe base.deallocate()
    }
  }
}
