internal import Synchronization
internal import KullbackSystem

extension BLAS {
  /// Has OpenBLAS take the buffers that products on so many threads at once need, 128 MiB of address space
  /// for each, which it then keeps.
  ///
  /// OpenBLAS tries for ever where it gets none, in the middle of a product. Call this before the first one
  /// where memory may be limited.
  ///
  /// - Parameter callers: threads that call at the same time.
  /// - Throws: `outOfMemory`.
  public static func reserveBuffers(for callers: Int) throws(LinearAlgebraError) {
    precondition(callers >= 1, "the number of threads must be at least 1")
    let answer = reserved.withLock { reserved -> Bool in
      guard callers > reserved else { return true }
      guard Buffers.canBeHad(callers - reserved) else { return false }
      Buffers.take(callers)
      reserved = callers
      return true
    }
    guard answer else { throw .outOfMemory(bytes: callers * Buffers.byteCount) }
  }

  private static let reserved = Mutex<Int>(0)
}

/// The buffers that OpenBLAS keeps.
private enum Buffers {
  /// BUFFER_SIZE of its builds for x86-64; those for other processors are smaller.
  static let byteCount = 128 << 20

  /// Whether so many can be mapped, and a little more beside them.
  static func canBeHad(_ count: Int) -> Bool {
    let size = count * byteCount + 16 << 20
    // SAFETY: a mapping of its own, which is given back at once.
    guard
      let probe = unsafe mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      unsafe probe != MAP_FAILED
    else { return false }
    _ = unsafe munmap(probe, size)
    return true
  }

  /// Takes so many at once and gives them back, to be used again: where the library shows how.
  static func take(_ count: Int) {
    typealias Allocate = @convention(c) (Int32) -> UnsafeMutableRawPointer?
    typealias Free = @convention(c) (UnsafeMutableRawPointer?) -> Void
    // SAFETY: these are the types of OpenBLAS's functions, which products call themselves; nil stands for
    // RTLD_DEFAULT.
    guard let allocate = unsafe dlsym(nil, "blas_memory_alloc"),
      let free = unsafe dlsym(nil, "blas_memory_free")
    else { return }
    let buffers = (0..<count).map { _ in
      UInt(bitPattern: unsafe unsafeBitCast(allocate, to: Allocate.self)(0))
    }
    for buffer in buffers {
      unsafe unsafeBitCast(free, to: Free.self)(UnsafeMutableRawPointer(bitPattern: buffer))
    }
  }
}
