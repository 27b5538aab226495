import CLimits
import Glibc

/// What bounds a piece of work.
public enum Limit: Sendable, Hashable {
  /// Reading memory.
  case read
  /// Reading so many streams and writing one past the caches. Bytes read and written both count.
  case copy(reads: Int)
  /// The product of two large square matrices of this type, in OpenBLAS.
  case product(Scalar)

  /// The types products are measured in.
  public enum Scalar: String, Sendable, Hashable { case float32, float64 }

  /// As the table spells it.
  public var name: String {
    switch self {
    case .read: "read"
    case .copy(reads: 1): "copy"
    case .copy: "2 read, 1 write"
    case .product(.float32): "sgemm"
    case .product(.float64): "dgemm"
    }
  }

  /// Whether rates are operations, not bytes.
  public var countsOperations: Bool {
    if case .product = self { return true }
    return false
  }
}

/// Measures how fast memory is read and copied, in memory of its own that is touched once.
public final class MemoryLimits {
  private let base: UnsafeMutableRawPointer
  private let capacity: Int

  /// Takes this many bytes; work that touches more is held against the rate at this size.
  public init(capacity: Int = 1 << 30) {
    let hugePage = 2 << 20
    self.capacity = (capacity + hugePage - 1) / hugePage * hugePage
    base = UnsafeMutableRawPointer.allocate(byteCount: self.capacity, alignment: hugePage)
    #if os(Linux)
      madvise(base, self.capacity, MADV_HUGEPAGE)
    #endif
    // Zeros would do, but a page that was only read would be the one shared page of zeros.
    memset(base, 1, self.capacity)
  }

  deinit { base.deallocate() }

  /// Bytes a second for work that touches `bytes` bytes in all.
  public func rate(of limit: Limit, bytes: Int, threads: Int) -> Double {
    let bytes = min(bytes, capacity) / 4096 * 4096
    // Long enough to see the best of the moment, short enough to stand next to every row.
    let repeats = max(3, min(40, (600 << 20) / max(bytes, 1)))
    switch limit {
    case .read:
      return Double(bytes) / kvb_read_seconds(base, bytes, Int32(threads), Int32(repeats))
    case .copy(let reads):
      let stream = bytes / (reads + 1) / 4096 * 4096
      let seconds = kvb_copy_seconds(
        base, Int32(reads), base + reads * stream, stream, Int32(threads), Int32(repeats))
      return Double(stream * (reads + 1)) / seconds
    case .product:
      return .nan
    }
  }
}
