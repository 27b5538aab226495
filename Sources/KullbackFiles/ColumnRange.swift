/// Columns that follow each other, from 0.
public struct ColumnRange: Sendable, Equatable {
  /// The first.
  public let lower: Int
  /// The first that is not meant; nil: to the last one.
  public let upper: Int?

  /// Columns from one to another.
  public init(from lower: Int, to upper: Int?) {
    self.lower = lower
    self.upper = upper
  }

  /// The columns of so many.
  ///
  /// - Throws: `FileError.malformed` where they are not there, or none.
  func resolved(count: Int, path: String) throws(FileError) -> Range<Int> {
    let end = upper ?? count
    guard lower >= 0, lower < end, end <= count else {
      throw .malformed(
        path: path, place: "",
        reason: "there are no classes \(lower)..<\(end): there are \(count), counted from 0")
    }
    return lower..<end
  }
}
