public import KullbackMatrix

/// A matrix that threads fill tile by tile.
///
/// Tiles that are written at the same time have to be disjoint.
@safe
public final class ResultGrid<Element: MatrixElement>: @unchecked Sendable {
  /// Rows.
  public let rows: Int
  /// Columns.
  public let columns: Int
  let rowStride: Int
  private let storage: Matrix<Element>
  let base: UnsafeMutablePointer<Element>

  /// A grid of undefined contents.
  ///
  /// - Precondition: the elements are `Float` or `Double`.
  public convenience init(rows: Int, columns: Int) {
    self.init(over: scratchMatrix(rows: rows, columns: columns))
  }

  /// A grid in the memory of a matrix, unless that is shared: then in a copy.
  ///
  /// - Precondition: the elements are `Float` or `Double`.
  public init(over matrix: consuming Matrix<Element>) {
    precondition(
      Element.elementKind == .float32 || Element.elementKind == .float64, "not Float or Double")
    rows = matrix.rows
    columns = matrix.columns
    // SAFETY: the memory belongs to `storage`, which lives as long as this and is not written elsewhere
    // while tiles are.
    unsafe base = matrix.withUnsafeMutableBaseAddress {
      unsafe $0.assumingMemoryBound(to: Element.self)
    }
    rowStride = matrix.rowStride
    storage = matrix
  }

  /// The first `count` rows, once all their tiles are written.
  public func matrix(rows count: Int) -> Matrix<Element> { storage[rows: 0..<count] }

  /// Some columns of a tile, one after the other, and where they go.
  public struct Run: Sendable, Equatable {
    /// The first of the tile's columns.
    public let source: Int
    /// The grid's column that it goes to.
    public let column: Int
    /// How many.
    public let count: Int

    /// A run of columns.
    public init(source: Int, column: Int, count: Int) {
      self.source = source
      self.column = column
      self.count = count
    }
  }

  /// Writes a tile: its rows to the rows of the grid that are named, its columns as runs of them say, some perhaps
  /// to several places.
  ///
  /// - Precondition: a row for each of the tile's; all lie inside.
  public func write(_ tile: Matrix<Double>, rows places: [Int], columns runs: [Run]) {
    precondition(places.count == tile.rows, "not a row for each of the tile's")
    precondition(places.allSatisfy { $0 >= 0 && $0 < rows }, "rows outside")
    for run in runs {
      precondition(
        run.source >= 0 && run.count >= 0 && run.source + run.count <= tile.columns,
        "no such columns")
      precondition(run.column >= 0 && run.column + run.count <= columns, "columns outside")
    }
    // SAFETY: inside the grid, as checked; the tile has these rows and columns.
    unsafe tile.withUnsafeBaseAddress { source in
      let source = unsafe source.assumingMemoryBound(to: Double.self)
      for (index, place) in places.enumerated() {
        for run in runs {
          let from = unsafe source + index * tile.rowStride + run.source
          let to = unsafe UnsafeMutableRawPointer(base + place * rowStride + run.column)
          if Element.elementKind == .float64 {
            unsafe to.copyMemory(from: from, byteCount: run.count * 8)
          } else {
            let to = unsafe to.assumingMemoryBound(to: Float.self)
            for place in 0..<run.count { unsafe to[place] = Float(from[place]) }
          }
        }
      }
    }
  }

  /// Writes one element.
  ///
  /// - Precondition: it lies inside.
  public func set(_ value: Double, row: Int, column: Int) {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "an element outside")
    // SAFETY: inside the grid, as checked.
    let place = unsafe UnsafeMutableRawPointer(base + row * rowStride + column)
    if Element.elementKind == .float64 {
      unsafe place.storeBytes(of: value, as: Double.self)
    } else {
      unsafe place.storeBytes(of: Float(value), as: Float.self)
    }
  }

  /// Writes what a row holds to another.
  ///
  /// - Precondition: both lie inside.
  public func copyRow(_ from: Int, to row: Int) {
    precondition(from >= 0 && from < rows && row >= 0 && row < rows, "rows outside")
    // SAFETY: both rows have so many elements, and are two or one and the same.
    unsafe (base + row * rowStride).update(from: base + from * rowStride, count: columns)
  }

  /// Writes a tile turned, its columns as rows.
  ///
  /// - Precondition: as for `write`, of what is turned.
  public func writeTurned(
    _ tile: Matrix<Double>, rows places: [Int], columns runs: [Run],
    on set: InstructionSet = .current
  ) {
    var turned: Matrix<Double> = scratchMatrix(rows: tile.columns, columns: tile.rows)
    var doubts = [UInt8](repeating: 0, count: tile.rows * tile.columns)
    addTransposed(
      tile, [UInt8](repeating: 0, count: doubts.count), to: &turned, &doubts, isFirst: true,
      on: set)
    write(turned, rows: places, columns: runs)
  }
}
