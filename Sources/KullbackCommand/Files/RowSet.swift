internal import Kullback

/// The rows of an input as distributions: of one file, or of several one after the other.
struct RowSet {
  /// The distributions of each file.
  let parts: [DistributionSet]
  /// Where each part begins, and where the last ends.
  private let starts: [Int]

  /// At least one part, all of the same classes and form.
  init(_ parts: [DistributionSet]) {
    self.parts = parts
    starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// Rows of all parts.
  var count: Int { starts[starts.count - 1] }
  /// Classes of a row.
  var classes: Int { parts[0].classes }
  /// Rows and classes.
  var shape: Shape { Shape(rows: count, columns: classes) }
  /// Bytes of a row, of the part whose elements are the widest.
  var bytesPerRow: Int { classes * (parts.map(\.matrix.kind.byteCount).max() ?? 0) }
  /// The rows with which a part begins, but for the first.
  var cuts: [Int] { Array(starts.dropFirst().dropLast()) }

  /// Some rows of one part; a single row stands for all.
  func rows(_ range: Range<Int>) -> DistributionSet { self[count == 1 ? 0..<1 : range] }

  /// Some rows of one part.
  subscript(range: Range<Int>) -> DistributionSet {
    let part = parts.indices.last { starts[$0] <= range.lowerBound } ?? 0
    return parts[part][range.lowerBound - starts[part]..<range.upperBound - starts[part]]
  }
}
