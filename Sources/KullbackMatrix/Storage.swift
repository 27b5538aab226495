internal import KullbackSystem

/// The bytes behind matrices, shared by all slices of them.
///
/// Bytes are written only while one matrix alone refers to them, or through the memory's own owner.
@safe
final class Storage: @unchecked Sendable {
  @unsafe let base: UnsafeMutableRawPointer
  let byteCount: Int
  /// Whether the bytes may be written in place: false for mapped memory and what was borrowed to be read.
  let isWritable: Bool
  private let mapping: MappedFile?
  /// Where in the mapping the bytes begin.
  private let mappingOffset: Int
  private let owner: (any AnyObject & Sendable)?
  private let isOwned: Bool

  /// Buffers from this size on are aligned to and backed by huge pages.
  static let hugeThreshold = 4 << 20

  /// Fresh memory, its contents undefined.
  init(byteCount: Int) {
    let isHuge = byteCount >= Self.hugeThreshold
    unsafe base = .allocate(byteCount: max(byteCount, 1), alignment: isHuge ? 2 << 20 : 64)
    #if os(Linux)
      // First touch of 4 KiB pages costs more than most kernels do.
      if isHuge { _ = unsafe madvise(base, byteCount, 14 /* MADV_HUGEPAGE */) }
    #endif
    self.byteCount = byteCount
    isWritable = true
    mapping = nil
    mappingOffset = 0
    owner = nil
    isOwned = true
  }

  /// A mapped file's bytes from an offset on, kept mapped as long as this lives.
  init(_ file: MappedFile, from offset: Int) {
    // SAFETY: never written, because `isWritable` is false.
    unsafe base = UnsafeMutableRawPointer(mutating: file.base + offset)
    byteCount = file.byteCount - offset
    mappingOffset = offset
    isWritable = false
    mapping = file
    owner = nil
    isOwned = false
  }

  /// A caller's bytes, which `owner` keeps alive.
  convenience init(
    borrowing base: UnsafeRawPointer, byteCount: Int, owner: any AnyObject & Sendable
  ) {
    // SAFETY: never written, because `isWritable` is false.
    unsafe self.init(
      UnsafeMutableRawPointer(mutating: base), byteCount: byteCount, isWritable: false,
      owner: owner)
  }

  /// A caller's bytes, which `owner` keeps alive and which may be written.
  convenience init(
    overwriting base: UnsafeMutableRawPointer, byteCount: Int, owner: any AnyObject & Sendable
  ) {
    unsafe self.init(base, byteCount: byteCount, isWritable: true, owner: owner)
  }

  private init(
    _ base: UnsafeMutableRawPointer, byteCount: Int, isWritable: Bool,
    owner: any AnyObject & Sendable
  ) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
    self.isWritable = isWritable
    mapping = nil
    mappingOffset = 0
    self.owner = owner
    isOwned = false
  }

  /// Whether the bytes are those of a mapped file.
  var isMapped: Bool { mapping != nil }

  /// Tells the system whether a mapped file is read here and there instead of from its start to its end.
  func expect(isScattered: Bool) { mapping?.expect(isScattered: isScattered) }

  /// Has bytes of a mapped file read ahead; elsewhere does nothing.
  func prefetch(bytes: Range<Int>) {
    mapping?.prefetch(bytes: bytes.lowerBound + mappingOffset..<bytes.upperBound + mappingOffset)
  }

  /// Brings bytes of a mapped file into memory; elsewhere does nothing.
  func populate(bytes: Range<Int>) {
    mapping?.populate(bytes: bytes.lowerBound + mappingOffset..<bytes.upperBound + mappingOffset)
  }

  /// Hands the address of bytes to a closure: of a mapped file's perhaps that of a copy.
  @unsafe
  func withBytes<Result>(
    _ bytes: Range<Int>, _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    guard let mapping else { return try unsafe body(UnsafeRawPointer(base + bytes.lowerBound)) }
    return try unsafe mapping.withBytes(
      bytes.lowerBound + mappingOffset..<bytes.upperBound + mappingOffset, body)
  }

  /// Gives the memory of a mapped file's bytes back; elsewhere does nothing.
  func release(bytes: Range<Int>) {
    mapping?.release(bytes: bytes.lowerBound + mappingOffset..<bytes.upperBound + mappingOffset)
  }

  deinit {
    // SAFETY: allocated in `init(byteCount:)` and freed once.
    if isOwned { unsafe base.deallocate() }
  }
}
