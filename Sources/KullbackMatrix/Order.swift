extension AnyMatrix {
  /// Whether the elements of a row lie one after the other in memory.
  ///
  /// Rows of a file that holds columns do not, nor do those that begin at an odd byte of one; they are put in order
  /// whenever they are asked for: each call that shows elements to a closure copies them first. Who reads them more
  /// than once, or all of a matrix that is larger than memory, takes `inOrder()` of as many rows as memory holds.
  /// Single elements, slices and transposing cost nothing.
  public var isInOrder: Bool { layout.isInOrder }

  /// Rows as columns, in the same memory.
  public func transposed() -> AnyMatrix {
    let layout = layout.transposed
    layout.storage.expect(isScattered: !layout.hasWholeRows)
    return AnyMatrix(layout: layout)
  }

  /// The same matrix with the elements of each row one after the other: itself, or a copy.
  ///
  /// - Parameter share: calls a closure for every one of a number of tasks, which may run beside each other, and
  ///   returns when all have ended.
  public func inOrder(
    share: (_ tasks: Int, _ body: @Sendable (Int) -> Void) -> Void = { tasks, body in
      for task in 0..<tasks { body(task) }
    }
  ) -> AnyMatrix {
    isInOrder ? self : AnyMatrix(layout: layout.inOrder(share: share))
  }

  /// The same elements in other rows: those of this matrix one after the other, so many to a row.
  ///
  /// Shares the memory.
  ///
  /// - Precondition: the elements of this matrix lie without gaps, in order or as columns do, and are as many.
  public func reshaped(rows: Int, columns: Int) -> AnyMatrix {
    AnyMatrix(layout: layout.reshaped(rows: rows, columns: columns))
  }

  /// Rows that begin at places of this matrix's elements, one after the other, and go on so many elements further
  /// for each column: a copy.
  ///
  /// - Precondition: this matrix is one row, and its elements reach.
  public func gathered(rowsAt places: [Int], columns: Int, step: Int) -> AnyMatrix {
    precondition(rows == 1 && layout.hasWholeRows, "more than a row")
    return AnyMatrix(layout: layout.gathered(places, columns, step))
  }

  /// Becomes a copy of another matrix whose rows are in order: in the memory that it has, where that is its alone
  /// and large enough.
  ///
  /// - Parameters:
  ///   - other: what is copied.
  ///   - share: as of `inOrder(share:)`.
  public mutating func replace(
    byOrdering other: AnyMatrix, share: (_ tasks: Int, _ body: @Sendable (Int) -> Void) -> Void
  ) {
    let isOwn = layout.storage.isWritable && isKnownUniquelyReferenced(&layout.storage)
    let room = isOwn && layout.storage.byteCount >= other.byteCount ? layout.storage : nil
    layout = other.layout.inOrder(in: room, share: share)
  }
}

extension Layout {
  fileprivate func reshaped(rows: Int, columns: Int) -> Layout {
    precondition(hasWholeRows && (self.rows <= 1 || rowStride == self.columns), "rows with gaps")
    precondition(
      Layout.elements(rows, columns) == self.rows * self.columns, "another number of elements")
    return Layout(
      kind: kind, rows: rows, columns: columns, rowStride: columns, offset: offset, storage: storage
    )
  }

  fileprivate func gathered(_ places: [Int], _ columns: Int, _ step: Int) -> Layout {
    let result = Layout(kind: kind, rows: places.count, columns: columns)
    guard columns > 0, !places.isEmpty else { return result }
    let size = kind.byteCount
    for (row, place) in places.enumerated() {
      precondition(
        place >= 0 && step >= 1 && place + (columns - 1) * step < self.columns, "no such elements")
      // SAFETY: the places are inside the storage by the check, and the result is as large as its layout says.
      var from = unsafe UnsafeRawPointer(storage.base) + (offset + place) * size
      var to = unsafe result.storage.base + row * columns * size
      guard step > 1 else {
        unsafe to.copyMemory(from: from, byteCount: columns * size)
        continue
      }
      for _ in 0..<columns {
        unsafe to.copyMemory(from: from, byteCount: size)
        unsafe from += step * size
        unsafe to += size
      }
    }
    return result
  }

  /// Bytes that a task of a copy in order reads, when a column's part is counted as a page at least.
  private static let taskBytes = 1 << 20

  /// A copy in which the elements of a row lie one after the other.
  ///
  /// - Parameter storage: where it is to be, if it is large enough and nobody else's; else in fresh memory.
  func inOrder(
    in storage: Storage? = nil,
    share: (_ tasks: Int, _ body: @Sendable (Int) -> Void) -> Void = { tasks, body in
      for task in 0..<tasks { body(task) }
    }
  ) -> Layout {
    let result =
      storage.map {
        Layout(kind: kind, rows: rows, columns: columns, rowStride: columns, offset: 0, storage: $0)
      } ?? Layout(kind: kind, rows: rows, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    guard !hasWholeRows else {
      let each = max(1, Layout.taskBytes / (columns * kind.byteCount))
      share((rows + each - 1) / each) { task in
        let some = task * each..<min(rows, (task + 1) * each)
        // SAFETY: the memory is nobody else's and as large as this layout says; tasks write different rows.
        unsafe copyWhole(rows: some, to: result.storage.base)
        self.storage.release(bytes: byteRange(rows: some))
      }
      return result
    }
    let side = Layout.tileSide(kind)
    let each = max(1, Layout.taskBytes / max(4096, rows * kind.byteCount) / side) * side
    share((columns + each - 1) / each) { task in
      let some = task * each..<min(columns, (task + 1) * each)
      // SAFETY: the memory is nobody else's and as large as this layout says; tasks write different columns.
      unsafe copyInOrder(columns: some, to: result.storage.base)
      // A mapped page was wanted for this, and for what comes much later.
      self.storage.release(bytes: slice(columns: some).byteRange)
    }
    return result
  }

  /// Copies some rows, of which the elements lie one after the other, to memory that has room for all of them.
  private func copyWhole(rows some: Range<Int>, to target: UnsafeMutableRawPointer) {
    let width = columns * kind.byteCount
    for row in some {
      // SAFETY: the row lies inside the storage, and the caller's memory has room for it.
      unsafe (target + row * width).copyMemory(
        from: storage.base + byteOffset(row: row, column: 0), byteCount: width)
    }
  }

  /// Elements of four lines of the cache.
  private static func tileSide(_ kind: ElementKind) -> Int { 256 / kind.byteCount }

  /// Copies some columns of all rows to memory that has room for all of them, row after row.
  func copyInOrder(columns some: Range<Int>, to target: UnsafeMutableRawPointer) {
    switch kind.byteCount {
    case 2: unsafe copy(UInt16.self, some, to: target)
    case 4: unsafe copy(UInt32.self, some, to: target)
    default: unsafe copy(UInt64.self, some, to: target)
    }
  }

  /// As `copyInOrder(columns:to:)`, of elements with so many bits.
  ///
  /// Goes from tile to tile down a few columns, then down the next: a tile's columns are read in whole lines of the
  /// cache and its rows written in such, and each page is touched in one stretch.
  private func copy<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ type: Bits.Type, _ some: Range<Int>, to target: UnsafeMutableRawPointer
  ) {
    let (size, side) = (MemoryLayout<Bits>.size, Layout.tileSide(kind))
    unsafe withUnsafeTemporaryAllocation(of: Bits.self, capacity: side * side) { tile in
      guard let held = tile.baseAddress else { return }
      for first in stride(from: some.lowerBound, to: some.upperBound, by: side) {
        let width = min(side, some.upperBound - first)
        for top in stride(from: 0, to: rows, by: side) {
          let height = min(side, rows - top)
          // SAFETY: the elements lie inside the storage, and the tile has room for them.
          for column in 0..<width {
            let from =
              unsafe storage.base
              + (offset + top * rowStride + (first + column) * columnStride) * size
            let to = unsafe held + column * side
            guard rowStride != 1 else {
              unsafe UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: height * size)
              continue
            }
            for row in 0..<height {
              unsafe to[row] = from.loadUnaligned(
                fromByteOffset: row * rowStride * size, as: Bits.self)
            }
          }
          // SAFETY: the caller's memory has room for the elements.
          for row in 0..<height {
            let to = unsafe target + ((top + row) * columns + first) * size
            let from = unsafe held + row
            for column in 0..<width {
              unsafe to.storeBytes(
                of: from[column * side], toByteOffset: column * size, as: Bits.self)
            }
          }
        }
      }
    }
  }
}
