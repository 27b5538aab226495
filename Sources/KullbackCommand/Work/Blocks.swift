/// A range of rows in blocks that are worked on one after the other.
///
/// A block is large enough that starting the threads costs nothing, and small enough that the progress
/// is visible and what is held for it (results, unpacked pages) stays small.
struct Blocks: Sequence, IteratorProtocol {
  static let targetBytes = 64 << 20
  static let maximumRows = 1 << 19

  private var remaining: Range<Int>
  private let rowsPerBlock: Int

  /// `bytesPerRow`: of all inputs together.
  init(_ rows: Range<Int>, bytesPerRow: Int) {
    remaining = rows
    rowsPerBlock = Swift.min(
      Swift.max(1, Self.targetBytes / Swift.max(1, bytesPerRow)), Self.maximumRows)
  }

  mutating func next() -> Range<Int>? {
    guard !remaining.isEmpty else { return nil }
    let end = remaining.lowerBound + Swift.min(rowsPerBlock, remaining.count)
    defer { remaining = end..<remaining.upperBound }
    return remaining.lowerBound..<end
  }
}
