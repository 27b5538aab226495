/// Where the elements of a matrix lie: the part of `Matrix` and `AnyMatrix` that knows no type.
struct Layout: Sendable {
  let kind: ElementKind
  let rows: Int
  let columns: Int
  let rowStride: Int
  let offset: Int  // elements before the first row
  var storage: Storage

  /// rows × columns, which has to be a size that memory can have.
  static func elements(_ rows: Int, _ columns: Int) -> Int {
    precondition(rows >= 0 && columns >= 0, "a negative number of rows or columns")
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    precondition(!overflow && count <= Int.max / 8, "\(rows) × \(columns) is too large")
    return count
  }

  init(
    kind: ElementKind, rows: Int, columns: Int, rowStride: Int, offset: Int, storage: Storage
  ) {
    self.kind = kind
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.offset = offset
    self.storage = storage
  }

  init(kind: ElementKind, rows: Int, columns: Int) {
    let count = Layout.elements(rows, columns)
    self.init(
      kind: kind, rows: rows, columns: columns, rowStride: columns, offset: 0,
      storage: Storage(byteCount: count * kind.byteCount))
  }

  init(
    borrowing base: UnsafeRawPointer, kind: ElementKind, rows: Int, columns: Int, rowStride: Int,
    owner: any AnyObject & Sendable
  ) {
    _ = Layout.elements(rows, max(columns, rowStride))
    precondition(columns >= 0, "a negative number of columns")
    precondition(rowStride >= columns || rows <= 1, "rows overlap")
    let bytes = rows == 0 ? 0 : ((rows - 1) * rowStride + columns) * kind.byteCount
    self.init(
      kind: kind, rows: rows, columns: columns, rowStride: rowStride, offset: 0,
      storage: unsafe Storage(borrowing: base, byteCount: bytes, owner: owner))
  }

  func slice(_ range: Range<Int>) -> Layout {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Layout(
      kind: kind, rows: range.count, columns: columns, rowStride: rowStride,
      offset: offset + range.lowerBound * rowStride, storage: storage)
  }

  func slice(columns range: Range<Int>) -> Layout {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Layout(
      kind: kind, rows: rows, columns: range.count, rowStride: rowStride,
      offset: offset + range.lowerBound, storage: storage)
  }

  func byteOffset(row: Int, column: Int) -> Int {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
    return (offset + row * rowStride + column) * kind.byteCount
  }

  func byteRange(row: Int, columns: Range<Int>) -> Range<Int> {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(columns.lowerBound >= 0 && columns.upperBound <= self.columns, "no such columns")
    let from = offset + row * rowStride
    return (from + columns.lowerBound) * kind.byteCount..<(from + columns.upperBound)
      * kind.byteCount
  }

  func byteRange(rows range: Range<Int>) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    let from = (offset + range.lowerBound * rowStride) * kind.byteCount
    return from..<max(from, (offset + range.upperBound * rowStride) * kind.byteCount)
  }

  func withBaseAddress<Result>(
    _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    // SAFETY: the storage outlives the call.
    try withExtendedLifetime(storage) {
      try unsafe body(UnsafeRawPointer(storage.base) + offset * kind.byteCount)
    }
  }
}
