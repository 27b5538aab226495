/// Where the elements of a matrix lie: the part of `Matrix` and `AnyMatrix` that knows no type.
struct Layout: Sendable {
  let kind: ElementKind
  let rows: Int
  let columns: Int
  let rowStride: Int
  /// Elements from one column to the next: 1, unless a row's elements lie apart in memory.
  let columnStride: Int
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
    kind: ElementKind, rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1, offset: Int,
    storage: Storage
  ) {
    self.kind = kind
    self.rows = rows
    self.columns = columns
    // Where the next column would be does not matter to a single one.
    self.columnStride = columns <= 1 ? 1 : columnStride
    self.rowStride = rows <= 1 && self.columnStride == 1 ? max(rowStride, columns) : rowStride
    self.offset = offset
    self.storage = storage
  }

  /// Whether the elements of a row lie one after the other, and in a file at multiples of their size.
  var isInOrder: Bool { hasWholeRows && (!storage.isMapped || isAligned) }

  /// Whether the elements of a row lie one after the other.
  var hasWholeRows: Bool { columnStride == 1 }

  /// Whether elements lie at multiples of their size.
  private var isAligned: Bool {
    Int(bitPattern: unsafe storage.base).isMultiple(of: kind.byteCount)
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

  /// How many elements lie from the first to the last, if that is what memory can have.
  static func span(
    rows: Int, columns: Int, rowStride: Int, columnStride: Int, kind: ElementKind
  ) throws(MatrixError) -> Int {
    let (count, isTooLarge) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !isTooLarge, count <= Int.max / 8 else {
      throw .invalidShape(rows: rows, columns: columns)
    }
    guard count > 0 else { return 0 }
    let wrong = MatrixError.invalidStride(row: rowStride, column: columnStride, columns: columns)
    let leastStride = columnStride == 1 ? columns : 1
    guard columns == 1 || columnStride >= 1, rows == 1 || rowStride >= leastStride else {
      throw wrong
    }
    let (down, isTooLong) = (rows - 1).multipliedReportingOverflow(by: rowStride)
    let (across, isTooWide) = (columns - 1).multipliedReportingOverflow(by: columnStride)
    let (last, isTooFar) = down.addingReportingOverflow(across)
    guard !isTooLong, !isTooWide, !isTooFar, last < Int.max / 8 / kind.byteCount else {
      throw wrong
    }
    return last + 1
  }

  func slice(_ range: Range<Int>) -> Layout {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Layout(
      kind: kind, rows: range.count, columns: columns, rowStride: rowStride,
      columnStride: columnStride, offset: offset + range.lowerBound * rowStride, storage: storage)
  }

  func slice(columns range: Range<Int>) -> Layout {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Layout(
      kind: kind, rows: rows, columns: range.count, rowStride: rowStride,
      columnStride: columnStride, offset: offset + range.lowerBound * columnStride,
      storage: storage)
  }

  /// Rows as columns, in the same memory.
  var transposed: Layout {
    Layout(
      kind: kind, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride,
      offset: offset, storage: storage)
  }

  func byteOffset(row: Int, column: Int) -> Int {
    precondition(row >= 0 && row < rows, "row \(row) of \(rows)")
    precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
    return (offset + row * rowStride + column * columnStride) * kind.byteCount
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

  /// The bytes of rows: a stretch, or one in each column.
  func byteRanges(rows range: Range<Int>) -> [Range<Int>] {
    guard storage.isMapped else { return [] }
    guard !hasWholeRows else { return [byteRange(rows: range)] }
    let part = slice(range).transposed
    return (0..<columns).map { part.byteRange(row: $0, columns: 0..<range.count) }
  }

  /// The bytes from the first to the last element.
  var byteRange: Range<Int> {
    guard rows > 0, columns > 0 else { return 0..<0 }
    return byteOffset(row: 0, column: 0)..<byteOffset(row: rows - 1, column: columns - 1)
      + kind.byteCount
  }

  /// Elements from one row to the next, where `withBaseAddress` shows them.
  var servedStride: Int { isInOrder ? rowStride : columns }

  /// Calls with the address of elements of which those of a row lie one after the other, and with the elements
  /// from one row to the next.
  func withBaseAddress<Result, Failure: Error>(
    _ body: (UnsafeRawPointer, _ stride: Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let layout = isInOrder ? self : inOrder()
    // SAFETY: the storage outlives the call.
    return try withExtendedLifetime(layout.storage) { () throws(Failure) -> Result in
      try unsafe body(
        UnsafeRawPointer(layout.storage.base) + layout.offset * kind.byteCount, layout.rowStride)
    }
  }
}
