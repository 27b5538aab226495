extension Matrix {
  /// Hands the elements to a closure as they lie in memory.
  ///
  /// The element of row r and column c is at `r * stride + c`; the span ends with the last row's last
  /// element. Memory that a caller lent and that is not aligned is copied first, and so are rows that are not in
  /// order.
  public func withElements<Result, Failure: Error>(
    _ body: (_ elements: Span<Element>, _ stride: Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let base = unsafe layout.storage.base + layout.offset * layout.kind.byteCount
    guard isInOrder, Int(bitPattern: base) % MemoryLayout<Element>.alignment == 0 else {
      return try body(values.span, columns)
    }
    // SAFETY: so many elements lie from the first to the last; the storage lives over the call.
    return try withExtendedLifetime(layout.storage) { () throws(Failure) -> Result in
      let elements = unsafe UnsafeBufferPointer(
        start: base.assumingMemoryBound(to: Element.self), count: spannedElements)
      return try unsafe body(elements.span, rowStride)
    }
  }

  /// Hands the elements to a closure that may write them, as they lie in memory.
  ///
  /// The element of row r and column c is at `r * stride + c`. What lies between rows, where the stride
  /// is larger than the number of columns, belongs to nobody.
  public mutating func withMutableElements<Result, Failure: Error>(
    _ body: (_ elements: inout MutableSpan<Element>, _ stride: Int) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeWritable()
    let storage = layout.storage
    let base = unsafe storage.base + layout.offset * layout.kind.byteCount
    // SAFETY: unique by `makeWritable`, allocated by this module and so aligned, and kept alive.
    return try withExtendedLifetime(storage) { () throws(Failure) -> Result in
      let elements = unsafe UnsafeMutableBufferPointer(
        start: base.assumingMemoryBound(to: Element.self), count: spannedElements)
      var span = unsafe elements.mutableSpan
      return try body(&span, rowStride)
    }
  }

  /// The elements from the first to the last, with what lies between rows.
  private var spannedElements: Int {
    rows == 0 || columns == 0 ? 0 : (rows - 1) * rowStride + columns
  }
}
