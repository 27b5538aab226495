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
  private let rowStride: Int
  private let storage: Matrix<Element>
  private let base: UnsafeMutablePointer<Element>

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

  /// Writes a tile whose first element goes to a row and column.
  ///
  /// - Precondition: it lies inside.
  public func write(_ tile: Matrix<Double>, row: Int, column: Int) {
    precondition(row >= 0 && row + tile.rows <= rows, "rows outside")
    precondition(column >= 0 && column + tile.columns <= columns, "columns outside")
    let count = tile.columns
    // SAFETY: inside the grid, as checked; the tile has these rows and columns.
    unsafe tile.withUnsafeBaseAddress { source in
      let source = unsafe source.assumingMemoryBound(to: Double.self)
      for index in 0..<tile.rows {
        let from = unsafe source + index * tile.rowStride
        let to = unsafe UnsafeMutableRawPointer(base + (row + index) * rowStride + column)
        if Element.elementKind == .float64 {
          unsafe to.copyMemory(from: from, byteCount: count * 8)
        } else {
          let to = unsafe to.assumingMemoryBound(to: Float.self)
          for place in 0..<count { unsafe to[place] = Float(from[place]) }
        }
      }
    }
  }

  /// Writes a tile turned, columns as rows, whose first element goes to a row and column.
  ///
  /// - Precondition: it lies inside.
  public func writeTurned(
    _ tile: Matrix<Double>, row: Int, column: Int, on set: InstructionSet = .current
  ) {
    var turned: Matrix<Double> = scratchMatrix(rows: tile.columns, columns: tile.rows)
    var doubts = [UInt8](repeating: 0, count: tile.rows * tile.columns)
    addTransposed(
      tile, [UInt8](repeating: 0, count: doubts.count), to: &turned, &doubts, isFirst: true,
      on: set)
    write(turned, row: row, column: column)
  }
}
