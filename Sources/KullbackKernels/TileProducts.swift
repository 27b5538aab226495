internal import CVectorKernels
public import KullbackMatrix

/// A pair of a tile whose divergence may be near enough to be wanted.
public struct NearPair: Sendable {
  /// The tile's row.
  public let row: Int
  /// The tile's column.
  public let column: Int
  /// The divergence.
  public let value: Double
  /// What that may be off by, where it is more than the tolerance; else 0.
  public let error: Double
}

/// Which side of a product a tile is.
public enum ProductSide: Sendable {
  /// Its rows are those of the product.
  case rows
  /// Its rows are the product's columns.
  case columns

  /// How many rows stand side by side.
  public var blockRows: Int {
    Int(self == .rows ? KVK_PRODUCT_ROWS : KVK_PRODUCT_COLUMNS)
  }
}

/// Takes the doubts of a stretch away; returns their places in order.
public func takeDoubts(_ doubts: inout [UInt8], _ stretch: Range<Int>) -> [Int] {
  var places: [Int] = []
  // SAFETY: what is read is inside the array, as its bounds say; most words have no doubt.
  unsafe doubts.withUnsafeMutableBytes { bytes in
    for at in stride(from: stretch.lowerBound, to: stretch.upperBound, by: 8) {
      if at + 8 <= stretch.upperBound,
        unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0
      {
        continue
      }
      for place in at..<min(at + 8, stretch.upperBound) where unsafe bytes[place] != 0 {
        places.append(place)
        unsafe bytes[place] = 0
      }
    }
  }
  return places
}

/// Products of rows of few classes, which become divergences before they leave the nearest cache.
extension RowTile {
  /// Puts the rows side by side, as one side of products.
  ///
  /// - Parameter keepsRows: whether the memory of the rows is kept for the next ones.
  /// - Precondition: the elements are `Float`.
  public mutating func pack(
    _ side: ProductSide, keepsRows: Bool = true, on set: InstructionSet = .current
  ) {
    precondition(Element.elementKind == .float32, "not Float")
    let (classes, width) = (elements.columns, side.blockRows)
    let wanted = (count + width - 1) / width
    if blocks.rows != wanted || blocks.columns != classes * width {
      blocks = scratchMatrix(rows: wanted, columns: classes * width)
    }
    let (stride, rows) = (elements.rowStride, count)
    // SAFETY: the rows have these classes, and the blocks room for all of them.
    unsafe elements.withUnsafeBaseAddress { from in
      unsafe blocks.withUnsafeMutableBaseAddress { to in
        unsafe set.table.product_pack(
          from.assumingMemoryBound(to: Float.self), Int64(stride), Int64(rows), Int64(classes),
          Int64(width), to.assumingMemoryBound(to: Float.self))
      }
    }
    if !keepsRows { elements = Matrix(rows: 0, columns: 0) }
  }

  /// The elements at some places of rows that are a product's columns.
  func copyColumns(at places: [Int32], to result: inout Matrix<Float>) {
    let width = ProductSide.columns.blockRows
    precondition(Element.elementKind == .float32, "not Float")
    precondition(
      places.allSatisfy { $0 >= 0 && Int($0) < blocks.columns / width }, "no such places")
    let (stride, toStride, rows) = (blocks.rowStride, result.rowStride, count)
    // SAFETY: every block holds all the places, and the result a place for each of the rows.
    unsafe blocks.withUnsafeBaseAddress { from in
      unsafe result.withUnsafeMutableBaseAddress { to in
        let from = unsafe from.assumingMemoryBound(to: Float.self)
        let to = unsafe to.assumingMemoryBound(to: Float.self)
        for (index, place) in places.enumerated() {
          for block in 0..<blocks.rows {
            unsafe (to + index * toStride + block * width).update(
              from: from + block * stride + Int(place) * width,
              count: min(width, rows - block * width))
          }
        }
      }
    }
  }

  /// The divergences of all pairs of this tile's rows, which hold masses, and another's, which hold logarithms, as
  /// `finish` and `forbid` have them of the products.
  ///
  /// - Shapes: written to `grid` from a row and a column on; `doubts` are this tile's rows × the other's, and `counts`
  ///   how many doubts each row has. Of `doubts` those are written that are 1.
  /// - Precondition: both tiles are packed; the shapes agree.
  public func divergences<Result: MatrixElement>(
    from logarithms: RowTile, heavy: Matrix<Float>, addends: [Double], rule: RoundingRule,
    into grid: ResultGrid<Result>, row: Int, column: Int, doubts: inout [UInt8],
    counts: inout [Int64], on set: InstructionSet = .current
  ) {
    let width = logarithms.count
    precondition(row >= 0 && row + count <= grid.rows, "rows outside")
    precondition(column >= 0 && column + width <= grid.columns, "columns outside")
    precondition(doubts.count == count * width && counts.count == count, "doubts of other rows")
    let table = unsafe set.table
    // SAFETY: all hold these rows and columns, as checked.
    unsafe withProduct(logarithms) { product in
      unsafe withRules(logarithms, heavy: heavy, addends: addends, rule) { rules in
        unsafe doubts.withUnsafeMutableBufferPointer { doubts in
          unsafe counts.withUnsafeMutableBufferPointer { counts in
            guard let doubts = doubts.baseAddress, let counts = counts.baseAddress else { return }
            var product = unsafe product
            unsafe table.product_pairs(
              &product, rules, grid.base + row * grid.rowStride + column,
              Int32(Result.elementKind.rawValue), Int64(grid.rowStride), doubts, counts)
          }
        }
      }
    }
  }

  /// Finds the pairs whose divergence may be at most a bound of this tile's row, from a column on.
  ///
  /// No pair is left out whose divergence may be at most the bound.
  ///
  /// - Parameters:
  ///   - logarithms: the other rows.
  ///   - bounds: one for each of this tile's rows; of a row that is not valid nothing is found.
  ///   - tolerance: what the rule counts rounding in.
  ///   - column: becomes the one to go on from: `logarithms.count` where all is found.
  /// - Precondition: both tiles are packed, and no masses were taken out; the shapes agree.
  public func near(
    _ logarithms: RowTile, bounds: [Double], rule: RoundingRule, tolerance: Double,
    from column: inout Int, on set: InstructionSet = .current
  ) -> [NearPair] {
    precondition(bounds.count == count && heavy.room == 0, "bounds of other rows")
    precondition(column % ProductSide.columns.blockRows == 0, "not the first column of a block")
    let room = 2 * count * ProductSide.columns.blockRows
    var (next, table) = unsafe (Int64(column), set.table)
    var result: [NearPair] = []
    let none = Matrix<Float>(rows: 0, columns: 0)
    // SAFETY: all hold these rows and columns, as checked; what was found is initialised.
    unsafe withProduct(logarithms) { product in
      unsafe withRules(logarithms, heavy: none, addends: [], rule) { rules in
        unsafe withUnsafeTemporaryAllocation(of: kvk_near.self, capacity: room) { found in
          guard let base = found.baseAddress else { return }
          var product = unsafe product
          let count = unsafe table.product_near(
            &product, rules, bounds, tolerance, &next, base, Int64(room))
          result = unsafe found[..<Int(count)].map {
            NearPair(
              row: Int($0.row), column: Int($0.column), value: $0.value, error: $0.error)
          }
        }
      }
    }
    column = Int(min(next, Int64(logarithms.count)))
    return result
  }

  private func withProduct(_ other: RowTile, _ body: (kvk_product) -> Void) {
    let (rows, columns) = (ProductSide.rows.blockRows, ProductSide.columns.blockRows)
    let classes = blocks.columns / rows
    precondition(Element.elementKind == .float32, "not Float")
    precondition(blocks.rows * rows >= count && other.blocks.rows * columns >= other.count)
    precondition(other.blocks.columns / columns == classes, "tiles of different classes")
    precondition(wordsPerRow == other.wordsPerRow, "tiles of different classes")
    let hasGaps = other.gaps.contains(1)
    // SAFETY: valid for the call.
    unsafe blocks.withUnsafeBaseAddress { a in
      unsafe other.blocks.withUnsafeBaseAddress { b in
        unsafe withSupport { mass in
          unsafe other.withSupport { has in
            var has = unsafe has
            if !hasGaps { unsafe has.gaps = nil }
            unsafe body(
              kvk_product(
                a: a.assumingMemoryBound(to: Float.self), b: b.assumingMemoryBound(to: Float.self),
                rows: Int64(count), columns: Int64(other.count), classes: Int64(classes),
                chain: Int64(layout.panelClasses), mass: mass, has: has, words: Int64(wordsPerRow)))
          }
        }
      }
    }
  }
}
