internal import Kullback
internal import KullbackFiles

/// A range of rows in blocks that are worked on one after the other.
///
/// A block is small enough that its results take little memory, and large enough that what happens
/// between two blocks costs nothing.
struct Blocks: Sequence, IteratorProtocol {
  static let targetBytes = 1 << 30
  /// Results of so many rows stay in memory that is used again, and are still in the cache when they are summarised.
  static let maximumRows = 1 << 16

  private var remaining: Range<Int>
  private let rowsPerBlock: Int
  private let cuts: [Int]

  /// - Parameters:
  ///   - rows: all of them.
  ///   - bytesPerRow: of all inputs together.
  ///   - targetBytes: of a block.
  ///   - cuts: rows with which a block has to begin, as a file does.
  init(
    _ rows: Range<Int>, bytesPerRow: Int, targetBytes: Int = Blocks.targetBytes, cuts: [Int] = []
  ) {
    remaining = rows
    self.cuts = cuts.sorted()
    rowsPerBlock = Swift.min(
      Swift.max(1, targetBytes / Swift.max(1, bytesPerRow)), Self.maximumRows)
  }

  /// Bytes of a block of files: fewer where rows are copied, as memory has no room for many.
  ///
  /// Refuses rows of which there is not even room for one.
  static func targetBytes(_ files: [InputFile], bytesPerRow: Int) throws(Failure) -> Int {
    guard let copied = files.first(where: { $0.parts.contains { !$0.isInOrder } }) else {
      return targetBytes
    }
    try MemoryNeed(bytes: bytesPerRow).check(for: copied.name)
    return Swift.min(targetBytes, (AvailableMemory.bytes ?? targetBytes) / 4)
  }

  mutating func next() -> Range<Int>? {
    guard !remaining.isEmpty else { return nil }
    let full = remaining.lowerBound + Swift.min(rowsPerBlock, remaining.count)
    let end = Swift.min(full, cuts.first { $0 > remaining.lowerBound } ?? full)
    defer { remaining = end..<remaining.upperBound }
    return remaining.lowerBound..<end
  }
}
