internal import CVectorKernels

/// The segments of a row.
///
/// Rows of more classes than a segment has are evaluated segment by segment, whatever the number of threads, so that
/// results do not depend on it.
package struct Segments: Sendable {
  /// The most classes of a segment.
  ///
  /// Tests shorten it, so that short rows have many.
  @TaskLocal package static var length = Int(KVK_SEGMENT)

  let classes: Int
  let length: Int

  /// The segments of rows with so many classes.
  init(of classes: Int) {
    self.classes = classes
    length = Self.length
    precondition(length > 0, "segments without classes")
  }

  var count: Int { (classes + length - 1) / length }

  subscript(index: Int) -> Range<Int> { index * length..<min(classes, (index + 1) * length) }
}
