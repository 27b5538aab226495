/// A matrix of rows: row-major, with a stride between rows, in memory that slices share.
///
/// Copies and slices of rows cost nothing; writing to a matrix whose memory is shared, mapped or
/// borrowed copies it first.
public struct Matrix<Element: MatrixElement>: Sendable {
  var layout: Layout

  /// Rows.
  public var rows: Int { layout.rows }
  /// Columns.
  public var columns: Int { layout.columns }
  /// Elements from one row to the next, where closures are shown them.
  public var rowStride: Int { layout.servedStride }

  init(layout: Layout) {
    self.layout = layout
  }

  /// A matrix of the given values, row after row.
  ///
  /// - Precondition: `values` holds `rows × columns` elements; `init(checking:rows:columns:)` throws instead.
  public init(_ values: [Element], rows: Int, columns: Int) {
    precondition(
      values.count == Layout.elements(rows, columns),
      "\(values.count) values do not make \(rows) rows of \(columns)")
    unsafe self.init(rows: rows, columns: columns) { buffer in
      // SAFETY: the buffer has room for exactly these elements.
      unsafe _ = buffer.update(fromContentsOf: values)
    }
  }

  /// A matrix of the given values, row after row, whose number comes from data.
  ///
  /// - Throws: `MatrixError.valueCount` where `values` does not hold `rows × columns` elements, `.invalidShape`.
  public init(checking values: [Element], rows: Int, columns: Int) throws(MatrixError) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, count <= Int.max / 8 else {
      throw .invalidShape(rows: rows, columns: columns)
    }
    guard values.count == count else {
      throw .valueCount(values.count, rows: rows, columns: columns)
    }
    self.init(values, rows: rows, columns: columns)
  }

  /// A matrix of the given rows.
  ///
  /// - Precondition: all rows have the same length.
  public init(_ rows: [[Element]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "rows of different lengths")
    self.init(rows.flatMap { $0 }, rows: rows.count, columns: columns)
  }

  /// A matrix with one value everywhere.
  public init(repeating value: Element, rows: Int, columns: Int) {
    unsafe self.init(rows: rows, columns: columns) { buffer in
      // SAFETY: the buffer holds exactly these elements.
      unsafe buffer.update(repeating: value)
    }
  }

  /// A matrix whose elements a closure writes into fresh memory.
  ///
  /// - Parameters:
  ///   - rows: how many rows.
  ///   - columns: how many elements a row has.
  ///   - write: receives `rows × columns` elements of undefined contents and sets them all.
  @unsafe
  public init(
    rows: Int, columns: Int,
    initializingWith write: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) rethrows {
    layout = Layout(kind: Element.elementKind, rows: rows, columns: columns)
    let count = rows * columns
    // SAFETY: fresh memory of that many elements, which are trivial.
    let base = unsafe layout.storage.base.bindMemory(to: Element.self, capacity: count)
    try unsafe write(UnsafeMutableBufferPointer(start: base, count: count))
  }

  /// A matrix of fresh memory whose elements are all 0 bits.
  public init(rows: Int, columns: Int) {
    layout = Layout(kind: Element.elementKind, rows: rows, columns: columns)
    // SAFETY: fresh memory of that many bytes.
    unsafe layout.storage.base.initializeMemory(
      as: UInt8.self, repeating: 0, count: layout.storage.byteCount)
  }

  /// A matrix in a caller's memory, which `owner` keeps alive and which nobody may change.
  ///
  /// - Parameters:
  ///   - base: the first element. It need not be aligned.
  ///   - rows: how many rows.
  ///   - columns: how many elements a row has.
  ///   - rowStride: elements from one row to the next; by default as many as there are columns.
  ///   - owner: is kept as long as the matrix or a slice of it lives.
  @unsafe
  public init(
    borrowing base: UnsafeRawPointer, rows: Int, columns: Int, rowStride: Int? = nil,
    owner: any AnyObject & Sendable
  ) {
    unsafe layout = Layout(
      borrowing: base, kind: Element.elementKind, rows: rows, columns: columns,
      rowStride: rowStride ?? columns, owner: owner)
  }

  /// A matrix in a caller's memory that results are written to, whose shape and stride come from data.
  ///
  /// Functions that take a matrix `into` which they write do so in that memory, as long as no copy and no slice of
  /// the matrix is there beside it.
  ///
  /// - Parameters:
  ///   - base: the first element, aligned.
  ///   - rows: how many rows.
  ///   - columns: how many elements a row has.
  ///   - rowStride: elements from one row to the next; by default as many as there are columns.
  ///   - owner: is kept as long as the matrix lives.
  /// - Throws: `MatrixError.invalidShape`, `.invalidStride`, `.misaligned`.
  @unsafe
  public init(
    overwriting base: UnsafeMutableRawPointer, rows: Int, columns: Int, rowStride: Int? = nil,
    owner: any AnyObject & Sendable
  ) throws(MatrixError) {
    let kind = Element.elementKind
    let span = try Layout.span(
      rows: rows, columns: columns, rowStride: rowStride ?? columns, columnStride: 1, kind: kind)
    guard Int(bitPattern: base).isMultiple(of: kind.byteCount) else {
      throw .misaligned(byteCount: kind.byteCount)
    }
    layout = Layout(
      kind: kind, rows: rows, columns: columns,
      rowStride: span > 0 ? rowStride ?? columns : columns, offset: 0,
      storage: unsafe Storage(
        overwriting: base, byteCount: span * kind.byteCount, owner: owner))
  }

  /// One element.
  public subscript(row: Int, column: Int) -> Element {
    get {
      let offset = layout.byteOffset(row: row, column: column)
      // SAFETY: `byteOffset` has checked both indices.
      return unsafe layout.storage.base.loadUnaligned(fromByteOffset: offset, as: Element.self)
    }
    set {
      makeWritable()
      let offset = layout.byteOffset(row: row, column: column)
      // SAFETY: `byteOffset` has checked both indices; the memory is this matrix's own.
      unsafe layout.storage.base.storeBytes(of: newValue, toByteOffset: offset, as: Element.self)
    }
  }

  /// A range of rows; shares the memory.
  public subscript(rows range: Range<Int>) -> Matrix {
    Matrix(layout: layout.slice(range))
  }

  /// A range of columns; shares the memory.
  public subscript(columns range: Range<Int>) -> Matrix {
    Matrix(layout: layout.slice(columns: range))
  }

  /// A copy of one row.
  public func row(_ index: Int) -> [Element] {
    self[rows: index..<index + 1].values
  }

  /// A copy of all elements, row after row.
  public var values: [Element] {
    unsafe Array(unsafeUninitializedCapacity: rows * columns) { buffer, count in
      // SAFETY: the buffer has room for all elements.
      unsafe copyElements(to: UnsafeMutableRawBufferPointer(buffer))
      count = rows * columns
    }
  }

  /// Whether the elements lie in a mapped file or a caller's memory.
  public var isBorrowed: Bool { !layout.storage.isWritable }

  /// Whether the elements of a row lie one after the other; see `AnyMatrix.isInOrder`.
  public var isInOrder: Bool { layout.isInOrder }

  /// Hands the address of the first element to a closure.
  ///
  /// It may be unaligned.
  @unsafe
  public func withUnsafeBaseAddress<Result>(
    _ body: (UnsafeRawPointer) throws -> Result
  ) rethrows -> Result {
    try unsafe layout.withBaseAddress { base, _ in try unsafe body(base) }
  }

  /// Hands the address of the first element to a closure that may write all elements.
  @unsafe
  public mutating func withUnsafeMutableBaseAddress<Result>(
    _ body: (UnsafeMutableRawPointer) throws -> Result
  ) rethrows -> Result {
    makeWritable()
    let storage = layout.storage
    let offset = layout.offset * layout.kind.byteCount
    // SAFETY: unique by `makeWritable`, and kept alive over the call.
    return try withExtendedLifetime(storage) { try unsafe body(storage.base + offset) }
  }

  /// Copies all elements, row after row, to bytes with room for them.
  private func copyElements(to target: UnsafeMutableRawBufferPointer) {
    guard rows > 0, columns > 0, let start = target.baseAddress else { return }
    guard isInOrder else {
      // SAFETY: the target has room for all elements.
      unsafe layout.copyInOrder(columns: 0..<columns, to: start)
      return
    }
    let size = MemoryLayout<Element>.size
    // Rows without gaps are one stretch of memory.
    let isDense = rowStride == columns
    let stretch = (isDense ? rows * columns : columns) * size
    unsafe withUnsafeBaseAddress { base in
      for index in 0..<(isDense ? 1 : rows) {
        // SAFETY: the rows lie inside the storage; the target is not part of it.
        unsafe (start + index * columns * size)
          .copyMemory(from: base + index * rowStride * size, byteCount: stretch)
      }
    }
  }

  mutating func makeWritable() {
    let isWritable = layout.storage.isWritable && isInOrder
    guard !(isWritable && isKnownUniquelyReferenced(&layout.storage)) else { return }
    self = unsafe Matrix(rows: rows, columns: columns) { buffer in
      // SAFETY: the buffer holds exactly as many elements.
      unsafe copyElements(to: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

extension Matrix: Equatable {
  /// Whether shapes and elements agree.
  public static func == (left: Matrix, right: Matrix) -> Bool {
    left.rows == right.rows && left.columns == right.columns
      && (0..<left.rows).allSatisfy { left.row($0) == right.row($0) }
  }
}
