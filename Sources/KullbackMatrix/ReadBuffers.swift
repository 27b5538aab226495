internal import Synchronization

/// Memory into which parts of a file are read, used again by whoever reads the next part.
///
/// There are never more buffers than threads that read at the same time.
@safe
final class ReadBuffers: Sendable {
  /// Longer parts are read where they are mapped: many threads' buffers would take much memory.
  static let largest = 1 << 20

  private let free = Mutex<[Buffer]>([])

  @safe
  private final class Buffer: @unchecked Sendable {
    @unsafe let base = UnsafeMutableRawPointer.allocate(byteCount: largest, alignment: 4096)

    deinit {
      // SAFETY: allocated above and freed once.
      unsafe base.deallocate()
    }
  }

  /// Hands out a buffer of `largest` bytes for the length of a call.
  @unsafe
  func withBuffer<Result>(
    _ body: (UnsafeMutableRawPointer) throws -> Result
  ) rethrows -> Result {
    let buffer = free.withLock { $0.popLast() } ?? Buffer()
    defer { free.withLock { $0.append(buffer) } }
    return try unsafe body(buffer.base)
  }
}
