internal import CVectorKernels
public import KullbackMatrix

extension RowTile {
  /// Makes pairs infinite in which a row of this tile has mass in a class where the other's row has none,
  /// and takes their doubts away.
  ///
  /// - Shapes: `values` and `doubts` are this tile's rows × the other's; with `turned`, the other way round.
  /// - Precondition: the shapes agree.
  public func forbid(
    _ other: RowTile, turned: Bool = false, _ values: inout Matrix<Double>,
    doubts: inout [UInt8], on set: InstructionSet = .current
  ) {
    precondition(wordsPerRow == other.wordsPerRow, "tiles of different classes")
    let (rows, columns) = turned ? (other.count, count) : (count, other.count)
    precondition(values.rows == rows && values.columns == columns, "values of other rows")
    precondition(doubts.count == rows * columns, "doubts of another shape")
    let (stride, width) = (values.rowStride, columns)
    // SAFETY: all have a place for each pair of rows, and each row its words.
    unsafe withSupport { a in
      unsafe other.withSupport { b in
        unsafe values.withUnsafeMutableBaseAddress { values in
          unsafe doubts.withUnsafeMutableBufferPointer { doubts in
            guard let doubts = doubts.baseAddress else { return }
            var (a, b) = unsafe (a, b)
            let values = unsafe values.assumingMemoryBound(to: Double.self)
            unsafe set.table.tile_forbid(
              &a, &b, Int64(wordsPerRow), values, Int64(turned ? 1 : stride),
              Int64(turned ? stride : 1), doubts, Int64(turned ? 1 : width),
              Int64(turned ? width : 1))
          }
        }
      }
    }
  }

  func withSupport(_ body: (kvk_support) -> Void) {
    // SAFETY: valid for the call.
    unsafe bits.withUnsafeBufferPointer { bits in
      unsafe gaps.withUnsafeBufferPointer { gaps in
        unsafe body(
          kvk_support(bits: bits.baseAddress, gaps: gaps.baseAddress, count: Int64(count)))
      }
    }
  }

  /// Turns power sums Σ p^α q^(1-α) into their logarithms, or into the Hellinger distances √(1 - Σ √(p q)).
  ///
  /// - Shapes: `sums` and `doubts` are this tile's rows × the other's.
  /// - Special values: -inf where no class has mass on both sides; a doubt where the logarithm is less than
  ///   base + slope × (the largest exponents of both rows), or these may overflow.
  /// - Precondition: the shapes agree.
  public func finishPowers(
    _ sums: inout Matrix<Double>, _ other: RowTile, isHellinger: Bool, base: Double, slope: Double,
    doubts: inout [UInt8], on set: InstructionSet = .current
  ) {
    let width = sums.columns
    precondition(sums.rows == count && other.count == width, "sums of other rows")
    precondition(doubts.count == count * width, "doubts of another shape")
    let (stride, table) = unsafe (sums.rowStride, set.table)
    var room = [Double](repeating: 0, count: width)
    // SAFETY: all hold these rows and columns.
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      unsafe doubts.withUnsafeMutableBufferPointer { doubts in
        unsafe other.extent.withUnsafeBufferPointer { extents in
          unsafe room.withUnsafeMutableBufferPointer { room in
            guard let doubts = doubts.baseAddress else { return }
            let sums = unsafe sums.assumingMemoryBound(to: Double.self)
            for row in 0..<count {
              var refers = unsafe kvk_power_sums(
                extent: extent[row], extents: extents.baseAddress, base: base, slope: slope,
                is_hellinger: isHellinger ? 1 : 0, logarithms: room.baseAddress)
              unsafe table.tile_powers(
                sums + row * stride, Int64(width), &refers, doubts + row * width)
            }
          }
        }
      }
    }
  }
}

/// Writes rows × columns as columns × rows, or adds them to what is there; doubts likewise.
///
/// - Precondition: the shapes agree.
public func addTransposed(
  _ source: Matrix<Double>, _ sourceDoubts: [UInt8], to target: inout Matrix<Double>,
  _ doubts: inout [UInt8], isFirst: Bool, on set: InstructionSet = .current
) {
  let (rows, columns) = (source.rows, source.columns)
  if isFirst, target.rows != columns || target.columns != rows {
    target = scratchMatrix(rows: columns, columns: rows)
  }
  precondition(target.rows == columns && target.columns == rows, "shapes differ")
  precondition(sourceDoubts.count == rows * columns && doubts.count == rows * columns)
  let (from, to, table) = unsafe (source.rowStride, target.rowStride, set.table)
  // SAFETY: both hold these rows and columns.
  unsafe source.withUnsafeBaseAddress { source in
    unsafe target.withUnsafeMutableBaseAddress { target in
      unsafe sourceDoubts.withUnsafeBufferPointer { sourceDoubts in
        unsafe doubts.withUnsafeMutableBufferPointer { doubts in
          guard let sourceDoubts = sourceDoubts.baseAddress, let doubts = doubts.baseAddress else {
            return
          }
          unsafe table.tile_turn(
            source.assumingMemoryBound(to: Double.self), Int64(from), Int64(rows), Int64(columns),
            target.assumingMemoryBound(to: Double.self), Int64(to), sourceDoubts, doubts,
            isFirst ? 0 : 1)
        }
      }
    }
  }
}

/// How many doubts each row of `width` pairs has.
public func countDoubts(
  _ doubts: [UInt8], width: Int, on set: InstructionSet = .current
) -> [Int] {
  guard width > 0 else { return [] }
  // SAFETY: the rows are inside the doubts.
  return unsafe doubts.withUnsafeBufferPointer { doubts in
    guard let base = doubts.baseAddress else { return [] }
    let table = unsafe set.table
    return (0..<doubts.count / width).map { row in
      unsafe Int(table.tile_count(base + row * width, Int64(width)))
    }
  }
}

/// Replaces some rows of values and doubts.
///
/// - Precondition: the shapes agree.
public func replaceRows(
  _ rows: [Int], of values: inout Matrix<Double>, _ doubts: inout [UInt8],
  with others: Matrix<Double>, _ otherDoubts: [UInt8]
) {
  let width = values.columns
  precondition(others.rows == rows.count && others.columns == width, "rows of another shape")
  precondition(otherDoubts.count == rows.count * width && doubts.count == values.rows * width)
  precondition(rows.allSatisfy { $0 >= 0 && $0 < values.rows }, "no such rows")
  let stride = values.rowStride
  // SAFETY: the rows are inside both.
  unsafe others.withUnsafeBaseAddress { from in
    unsafe values.withUnsafeMutableBaseAddress { to in
      for (index, row) in rows.enumerated() {
        unsafe (to + row * stride * 8)
          .copyMemory(from: from + index * others.rowStride * 8, byteCount: width * 8)
      }
    }
  }
  for (index, row) in rows.enumerated() {
    doubts.replaceSubrange(
      row * width..<(row + 1) * width, with: otherDoubts[index * width..<(index + 1) * width])
  }
}
