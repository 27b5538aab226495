/// A matrix whose element type is known at run time: what a file holds.
public struct AnyMatrix: Sendable {
  var layout: Layout

  /// What elements are stored as.
  public var kind: ElementKind { layout.kind }
  /// Rows.
  public var rows: Int { layout.rows }
  /// Columns.
  public var columns: Int { layout.columns }
  /// Elements from one row to the next, where `withUnsafeBaseAddress` shows them.
  public var rowStride: Int { layout.servedStride }
  /// Bytes of all elements.
  public var byteCount: Int { rows * columns * kind.byteCount }

  init(layout: Layout) {
    self.layout = layout
  }

  /// The same matrix; shares the memory.
  public init<Element>(_ matrix: Matrix<Element>) {
    layout = matrix.layout
  }

  /// A matrix in a mapped file.
  ///
  /// - Parameters:
  ///   - file: is kept as long as the matrix or a slice of it lives.
  ///   - byteOffset: where the first element lies. It need not be aligned.
  ///   - kind: what an element is stored as.
  ///   - rows: how many rows.
  ///   - columns: how many elements a row has.
  /// - Precondition: the file is long enough.
  public init(
    mapping file: MappedFile, byteOffset: Int, kind: ElementKind, rows: Int, columns: Int
  ) {
    let count = Layout.elements(rows, columns)
    precondition(
      byteOffset >= 0 && byteOffset <= file.byteCount
        && count <= (file.byteCount - byteOffset) / kind.byteCount, "the file is too short")
    layout = Layout(
      kind: kind, rows: rows, columns: columns, rowStride: columns, offset: 0,
      storage: Storage(file, from: byteOffset))
  }

  /// A matrix in a caller's memory, whose type, shape and strides come from data.
  ///
  /// - Parameters:
  ///   - base: the first element. It need not be aligned.
  ///   - kind: what an element is stored as.
  ///   - rows: how many rows.
  ///   - columns: how many elements a row has.
  ///   - rowStride: elements from one row to the next; by default as many as there are columns.
  ///   - columnStride: elements from one column to the next.
  ///   - owner: is kept as long as the matrix or a slice of it lives.
  /// - Throws: `MatrixError.invalidShape`, `.invalidStride`.
  @unsafe
  public init(
    borrowing base: UnsafeRawPointer, kind: ElementKind, rows: Int, columns: Int,
    rowStride: Int? = nil, columnStride: Int = 1, owner: any AnyObject & Sendable
  ) throws(MatrixError) {
    let span = try Layout.span(
      rows: rows, columns: columns, rowStride: rowStride ?? columns, columnStride: columnStride,
      kind: kind)
    // Strides of a matrix without elements mean nothing.
    layout = Layout(
      kind: kind, rows: rows, columns: columns,
      rowStride: span > 0 ? rowStride ?? columns : columns,
      columnStride: span > 0 ? columnStride : 1, offset: 0,
      storage: unsafe Storage(
        borrowing: base, byteCount: span * kind.byteCount, owner: owner))
  }

  /// A range of rows; shares the memory.
  public subscript(rows range: Range<Int>) -> AnyMatrix {
    AnyMatrix(layout: layout.slice(range))
  }

  /// A range of columns; shares the memory.
  public subscript(columns range: Range<Int>) -> AnyMatrix {
    AnyMatrix(layout: layout.slice(columns: range))
  }

  /// The matrix with its element type, or nil when the type is another.
  public func matrix<Element>(of type: Element.Type) -> Matrix<Element>? {
    type.elementKind == kind ? Matrix(layout: layout) : nil
  }

  /// One element as a `Double`.
  public func value(row: Int, column: Int) -> Double {
    let at = layout.byteOffset(row: row, column: column)
    let base = unsafe layout.storage.base
    // SAFETY: `byteOffset` has checked both indices.
    switch kind {
    case .float32: return unsafe Double(base.loadUnaligned(fromByteOffset: at, as: Float.self))
    case .float64: return unsafe base.loadUnaligned(fromByteOffset: at, as: Double.self)
    case .float16: return unsafe Double(base.loadUnaligned(fromByteOffset: at, as: Float16.self))
    case .bfloat16:
      return unsafe Double(Float(base.loadUnaligned(fromByteOffset: at, as: BFloat16.self)))
    case .int32: return unsafe Double(base.loadUnaligned(fromByteOffset: at, as: Int32.self))
    case .int64: return unsafe Double(base.loadUnaligned(fromByteOffset: at, as: Int64.self))
    }
  }

  /// Whether the elements lie in a mapped file.
  public var isMapped: Bool { layout.storage.isMapped }

  /// Has rows of a mapped file read ahead of their use and returns at once; elsewhere does nothing.
  public func prefetch(rows range: Range<Int>) {
    for bytes in layout.byteRanges(rows: range) { layout.storage.prefetch(bytes: bytes) }
  }

  /// Brings rows of a mapped file into memory, so that reading them faults no page; elsewhere, and where they
  /// are not in order, does nothing.
  public func populate(rows range: Range<Int>) {
    guard isMapped, layout.hasWholeRows else { return }
    layout.storage.populate(bytes: layout.byteRange(rows: range))
  }

  /// Brings a part of a row of a mapped file into memory; elsewhere, and where it is not in order, does nothing.
  public func populate(row: Int, columns: Range<Int>) {
    guard isMapped, layout.hasWholeRows else { return }
    layout.storage.populate(bytes: layout.byteRange(row: row, columns: columns))
  }

  /// Hands the address of the first of some rows to a closure, for which all of them are in memory: of a mapped file
  /// perhaps a copy, with the same stride.
  ///
  /// - Precondition: the rows are there and in order.
  @unsafe
  public func withUnsafeRows<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    precondition(isInOrder, "rows that are not in order")
    guard layout.rowStride == columns else {
      // What lies between the rows is not wanted.
      populate(rows: range)
      return try unsafe layout.slice(range).withBaseAddress { base, _ in try unsafe body(base) }
    }
    return try unsafe layout.storage.withBytes(layout.byteRange(rows: range), body)
  }

  /// Gives the memory of a mapped file's rows back; elsewhere does nothing.
  public func release(rows range: Range<Int>) {
    // Pages of columns hold other rows too, which are read again when they are wanted.
    layout.storage.release(
      bytes: layout.hasWholeRows ? layout.byteRange(rows: range) : layout.byteRange)
  }

  /// Hands the address of the first element to a closure.
  ///
  /// It may be unaligned.
  @unsafe
  public func withUnsafeBaseAddress<Result>(
    _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    try unsafe layout.withBaseAddress { base, _ in try unsafe body(base) }
  }
}
