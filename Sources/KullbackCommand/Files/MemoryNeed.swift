internal import Kullback
internal import KullbackFiles

/// Bytes that work is going to hold at once, as far as they can be counted before it.
struct MemoryNeed {
  private(set) var bytes: Int

  init(bytes: Int) {
    self.bytes = bytes
  }

  /// Of rows of so many elements, of so many bytes each.
  init(_ rows: Int, _ columns: Int, of size: Int) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let product = count.multipliedReportingOverflow(by: size)
    bytes = overflow || product.overflow ? Self.most : product.partialValue
  }

  /// Nothing.
  static let none = MemoryNeed(bytes: 0)

  /// What nothing has.
  private static let most = Int.max - (1 << 20)

  static func + (left: MemoryNeed, right: MemoryNeed) -> MemoryNeed {
    let sum = left.bytes.addingReportingOverflow(right.bytes)
    return MemoryNeed(bytes: sum.overflow ? most : sum.partialValue)
  }

  /// Refuses work on a file that needs more than there is.
  func check(for file: String) throws(Failure) {
    do { try AvailableMemory.check(bytes, for: file) } catch { throw Failure(error) }
  }
}
