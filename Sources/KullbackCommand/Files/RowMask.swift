/// Which rows of an input are left out.
struct RowMask {
  /// Of every row whether it is; nil where none is.
  private let isLeftOut: [Bool]?

  init(_ isLeftOut: [Bool]?) {
    self.isLeftOut = isLeftOut
  }

  /// Those of some rows, counted from the first of them.
  func callAsFunction(_ rows: Range<Int>) -> Set<Int> {
    guard let isLeftOut else { return [] }
    return Set(rows.indices.lazy.filter { isLeftOut[$0] }.map { $0 - rows.lowerBound })
  }

  /// How many of some rows are.
  func count(in rows: Range<Int>) -> Int {
    isLeftOut.map { mask in rows.count { mask[$0] } } ?? 0
  }
}
