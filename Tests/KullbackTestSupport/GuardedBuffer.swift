public import KullbackMatrix
internal import KullbackSystem

/// Memory whose neighbours before and after cannot be read: reading one byte too far ends the process.
@safe
public final class GuardedBuffer: @unchecked Sendable {
  /// Which end of the memory touches the page that cannot be read.
  public enum Edge: Sendable, CaseIterable {
    /// One byte before the first element is out of reach.
    case start
    /// One byte after the last element is out of reach.
    case end
  }

  @unsafe private let mapping: UnsafeMutableRawPointer
  private let mappingBytes: Int
  @unsafe private let base: UnsafeMutableRawPointer

  /// Room for `byteCount` bytes, all 0.
  public init(byteCount: Int, edge: Edge) {
    let page = max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
    let inner = (byteCount + page - 1) / page * page
    mappingBytes = inner + 2 * page
    // SAFETY: an anonymous private mapping; of its pages only the first and last lose their access.
    let address = unsafe mmap(
      nil, mappingBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      preconditionFailure("no memory for \(byteCount) bytes")
    }
    unsafe mapping = address
    let closed =
      unsafe mprotect(address, page, PROT_NONE) == 0
      && mprotect(address + page + inner, page, PROT_NONE) == 0
    precondition(closed, "pages cannot be protected")
    unsafe base = address + page + (edge == .start ? 0 : inner - byteCount)
  }

  deinit {
    // SAFETY: the mapping is this object's own.
    unsafe _ = munmap(mapping, mappingBytes)
  }

  /// A matrix of the given values, with the last element of its last row, or the first of its first
  /// row, at the edge; with `gap` unspecified elements between rows, and `shift` bytes off the edge and
  /// so off the alignment.
  public static func matrix<Element: MatrixElement>(
    _ values: [Element], rows: Int, columns: Int, gap: Int = 0, shift: Int = 0, edge: Edge
  ) -> Matrix<Element> {
    precondition(values.count == rows * columns)
    let stride = columns + gap
    let size = MemoryLayout<Element>.size
    let bytes = ((rows - 1) * stride + columns) * size
    let buffer = GuardedBuffer(byteCount: bytes + shift, edge: edge)
    let first = edge == .start ? shift : 0
    for row in 0..<rows {
      for column in 0..<columns {
        // SAFETY: inside the buffer by the computation of `bytes`.
        unsafe buffer.base.storeBytes(
          of: values[row * columns + column], toByteOffset: first + (row * stride + column) * size,
          as: Element.self)
      }
    }
    return unsafe Matrix(
      borrowing: buffer.base + first, rows: rows, columns: columns, rowStride: stride, owner: buffer
    )
  }
}
