public import KullbackMatrix

/// Finds rows that are equal bit for bit, over several matrices whose rows count on from one to the next.
///
/// A row is told apart by a few of its words; only rows that have these in common with another are read whole, once
/// for a key and once for the comparison that decides. Keys are seeded anew in every process, so that no file can
/// be made whose rows all have the same.
///
/// - Returns: for each row the number of the first row that is equal to it, its own where there is none before.
/// - Precondition: the matrices have the same type and columns, and their rows are in order.
public func firstEqualRows(_ matrices: [AnyMatrix], threads: Int = Threads.default) -> [Int] {
  let total = matrices.reduce(0) { $0 + $1.rows }
  precondition(
    matrices.allSatisfy {
      $0.kind == matrices[0].kind && $0.columns == matrices[0].columns && $0.isInOrder
    }, "rows that cannot be compared")
  var result = Array(0..<total)
  withRows(matrices) { rows in
    var keys = rows.keys(of: result, isWhole: rows.isShort, threads: threads)
    if !rows.isShort {
      let some = repeated(keys)
      guard !some.isEmpty else { return }
      for (row, key) in zip(some, rows.keys(of: some, isWhole: true, threads: threads)) {
        keys[row] = key
      }
    }
    var table = KeyTable(keys)
    for row in result.indices { result[row] = table.first(row) { rows.areEqual($0, row) } }
  }
  return result
}

/// The places of keys that are there more than once, in order.
private func repeated(_ keys: [Int]) -> [Int] {
  var table = KeyTable(keys)
  var isRepeated = [Bool](repeating: false, count: keys.count)
  for place in keys.indices {
    let first = table.first(place) { _ in true }
    if first != place { (isRepeated[first], isRepeated[place]) = (true, true) }
  }
  return keys.indices.filter { isRepeated[$0] }
}

/// Places by their keys.
private struct KeyTable {
  private let keys: [Int]
  private var slots: [Int]

  init(_ keys: [Int]) {
    self.keys = keys
    var size = 4
    while size < 2 * keys.count { size *= 2 }
    slots = [Int](repeating: -1, count: size)
  }

  /// The place before with the same key for which `isSame` holds; else this one, which is known from then on.
  mutating func first(_ place: Int, _ isSame: (Int) -> Bool) -> Int {
    var slot = keys[place] & (slots.count - 1)
    while slots[slot] >= 0 {
      if keys[slots[slot]] == keys[place], isSame(slots[slot]) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = place
    return place
  }
}

private func withRows(_ matrices: [AnyMatrix], _ body: (RowBytes) -> Void) {
  func add(_ rest: ArraySlice<AnyMatrix>, _ parts: [RowBytes.Part]) {
    guard let matrix = rest.first else {
      body(RowBytes(parts: parts, size: matrices[0].columns * matrices[0].kind.byteCount))
      return
    }
    // SAFETY: the address is valid for the call, in which `body` runs.
    unsafe matrix.withUnsafeBaseAddress { base in
      let part = unsafe RowBytes.Part(
        matrix: matrix, base: base, stride: matrix.rowStride * matrix.kind.byteCount)
      add(rest.dropFirst(), parts + [part])
    }
  }
  add(matrices[...], [])
}

/// The bytes of rows.
@safe
private struct RowBytes: @unchecked Sendable {
  @safe
  struct Part {
    let matrix: AnyMatrix
    let base: UnsafeRawPointer
    let stride: Int
  }

  /// Words that tell most rows apart.
  private static let words = 16

  let parts: [Part]
  /// Bytes of a row.
  let size: Int

  /// Whether a row is no longer than what is read of one at first.
  var isShort: Bool { size <= Self.words * 8 }

  private func address(_ row: Int) -> UnsafeRawPointer {
    var (part, row) = (0, row)
    while row >= parts[part].matrix.rows {
      row -= parts[part].matrix.rows
      part += 1
    }
    // SAFETY: the row is one of this part's.
    return unsafe parts[part].base + row * parts[part].stride
  }

  func areEqual(_ first: Int, _ second: Int) -> Bool {
    let (a, b) = unsafe (
      UnsafeRawBufferPointer(start: address(first), count: size),
      UnsafeRawBufferPointer(start: address(second), count: size)
    )
    // SAFETY: both rows have as many bytes; the last word may overlap the one before.
    guard size >= 8 else { return unsafe a.elementsEqual(b) }
    for at in stride(from: 0, to: size - 7, by: 8)
    where unsafe a.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      != b.loadUnaligned(fromByteOffset: at, as: UInt64.self)
    {
      return false
    }
    return unsafe a.loadUnaligned(fromByteOffset: size - 8, as: UInt64.self)
      == b.loadUnaligned(fromByteOffset: size - 8, as: UInt64.self)
  }

  private func key(_ row: Int, isWhole: Bool) -> Int {
    // SAFETY: the row has so many bytes.
    let bytes = unsafe UnsafeRawBufferPointer(start: address(row), count: size)
    var hasher = Hasher()
    if isWhole {
      unsafe hasher.combine(bytes: bytes)
    } else {
      for word in 0..<Self.words {
        let at = (size - 8) * word / (Self.words - 1)
        hasher.combine(unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
      }
    }
    return hasher.finalize()
  }

  /// The keys of some rows, from their whole or from a few of their words.
  func keys(of rows: [Int], isWhole: Bool, threads: Int) -> [Int] {
    var keys = [Int](repeating: 0, count: rows.count)
    let tasks = RowTasks(rows: rows.count, bytesPerRow: isWhole ? size : Self.words * 8)
    unsafe keys.withUnsafeMutableBufferPointer { keys in
      let places = unsafe KeyPlaces(keys: keys)
      tasks.run(threads: threads) { task in
        // SAFETY: no other task writes these places.
        for place in task { unsafe places.keys[place] = key(rows[place], isWhole: isWhole) }
      }
    }
    return keys
  }
}

/// Where threads write keys.
@safe
private struct KeyPlaces: @unchecked Sendable {
  let keys: UnsafeMutableBufferPointer<Int>
}
