internal import CVectorKernels
public import KullbackMatrix

/// Adds products of a panel to sums in `Double`, or with `isFirst` begins them.
///
/// - Precondition: the shapes agree.
public func accumulate(
  _ product: Matrix<Float>, into sums: inout Matrix<Double>, isFirst: Bool = false,
  on set: InstructionSet = .current
) {
  let (rows, columns) = (product.rows, product.columns)
  precondition(sums.rows == rows && sums.columns == columns, "shapes differ")
  let (from, to, table) = unsafe (product.rowStride, sums.rowStride, set.table)
  // SAFETY: both hold these rows and columns.
  unsafe product.withUnsafeBaseAddress { product in
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      let product = unsafe product.assumingMemoryBound(to: Float.self)
      let sums = unsafe sums.assumingMemoryBound(to: Double.self)
      for row in 0..<rows {
        unsafe table.tile_add(
          product + row * from, sums + row * to, Int64(columns), isFirst ? 0 : 1)
      }
    }
  }
}

extension RowTile {
  /// Turns sums of products Σ p l_q into divergences D = (Σ p l_p - Σ p l_q) / Σ p, where this tile has the
  /// masses and another the logarithms.
  ///
  /// What the rounding of a product is held against is the mean of |l_q|. That is at most the largest one,
  /// and at most Σ p |l_p| + |centre| + Σ p |log p / q|, whose last term is D + 2 Σ' p log q / p over the
  /// classes with q > p, at most D plus twice the total variation distance: <= D + √(2 D) <= ½ + 2 D (Pinsker).
  ///
  /// A mass is rounded by as much, relatively, as its logarithm before it was normalised is absolutely, which leaves
  /// products less of the tolerance.
  ///
  /// - Shapes: `sums` and `doubts` are this tile's rows × the other's; `heavy` has a row for each of this
  ///   tile's distinct heavy places.
  ///   With `product` the sums are what it holds.
  ///   `addends` has for each of this tile's rows what is going to be added to its divergences, whose sum is what
  ///   the rounding is held against; none where it is empty.
  /// - Units: nats. `doubts` becomes 1 where the rounding may be more than the tolerance.
  /// - Precondition: the shapes agree.
  public func finish(
    _ product: Matrix<Float>? = nil, _ sums: inout Matrix<Double>, logarithms: RowTile,
    heavy columns: Matrix<Float>, addends: [Double] = [],
    rule: RoundingRule, doubts: inout [UInt8], on set: InstructionSet = .current
  ) {
    let width = sums.columns
    precondition(sums.rows == count && logarithms.count == width, "sums of other rows")
    precondition(doubts.count == count * width, "doubts of another shape")
    precondition(product.map { $0.rows == count && $0.columns == width } ?? true, "another product")
    let (stride, from, table) = unsafe (sums.rowStride, product?.rowStride ?? 0, set.table)
    let none = Matrix<Float>(rows: 0, columns: 0)
    // SAFETY: all hold these rows and columns.
    unsafe (product ?? none).withUnsafeBaseAddress { address in
      let products = unsafe product == nil ? nil : address.assumingMemoryBound(to: Float.self)
      unsafe sums.withUnsafeMutableBaseAddress { sums in
        unsafe doubts.withUnsafeMutableBufferPointer { doubts in
          unsafe withRules(logarithms, heavy: columns, addends: addends, rule) { rules in
            guard let doubts = doubts.baseAddress else { return }
            let sums = unsafe sums.assumingMemoryBound(to: Double.self)
            for row in 0..<count {
              unsafe table.tile_finish(
                products.map { unsafe $0 + row * from }, sums + row * stride, Int64(width),
                rules + row, doubts + row * width)
            }
          }
        }
      }
    }
  }

  /// Calls `body` with what becomes of the products of each of this tile's rows with another's logarithms.
  func withRules(
    _ logarithms: RowTile, heavy columns: Matrix<Float>, addends: [Double], _ rule: RoundingRule,
    _ body: (UnsafePointer<kvk_tile_sums>) -> Void
  ) {
    precondition(addends.isEmpty || addends.count == count, "addends of other rows")
    precondition(columns.rows == heavy.distinctPlaces.count, "not a row for each heavy place")
    precondition(
      columns.rows == 0 || columns.columns == logarithms.count, "heavy places of other rows")
    let share = rule.share - rule.base / 8 * normaliserSize
    // SAFETY: the arrays have a place for each of the other's rows, and live over the call.
    unsafe logarithms.centres.withUnsafeBufferPointer { centres in
      unsafe logarithms.extent.withUnsafeBufferPointer { extent in
        unsafe withHeavy(columns) { refers in
          let rules = unsafe (0..<count).map { row in
            var refers = unsafe refers(row)
            unsafe refers.dot = dot[row]
            unsafe refers.mass = mass[row]
            unsafe refers.spread = spread[row]
            unsafe refers.centre = centres.baseAddress
            unsafe refers.extent = extent.baseAddress
            unsafe refers.base =
              rule.fixed + rule.base * max(normaliserSize, logarithms.normaliserSize)
              - (addends.isEmpty ? 0 : share * addends[row])
            unsafe refers.factor = rule.term + rule.root * max(0, square[row]).squareRoot()
            unsafe refers.slope = rule.sum
            unsafe refers.share = share
            return unsafe refers
          }
          unsafe rules.withUnsafeBufferPointer { rules in
            if let rules = rules.baseAddress { unsafe body(rules) }
          }
        }
      }
    }
  }

  /// Adds the heavy masses' products to sums: for a stretch of classes that is not the last.
  ///
  /// - Precondition: the shapes agree, as in `finish`.
  public func addHeavy(
    _ columns: Matrix<Float>, to sums: inout Matrix<Double>, on set: InstructionSet = .current
  ) {
    guard columns.rows > 0 else { return }
    let width = sums.columns
    precondition(sums.rows == count && columns.columns == width, "sums of other rows")
    precondition(columns.rows == heavy.distinctPlaces.count, "not a row for each heavy place")
    let (stride, table) = unsafe (sums.rowStride, set.table)
    // SAFETY: all hold these rows and columns.
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      unsafe withHeavy(columns) { refers in
        let sums = unsafe sums.assumingMemoryBound(to: Double.self)
        for row in 0..<count {
          var refers = unsafe refers(row)
          unsafe table.tile_heavy(sums + row * stride, Int64(width), &refers)
        }
      }
    }
  }

  /// Calls `body` with what tells a row's heavy masses and where their columns are.
  private func withHeavy(
    _ columns: Matrix<Float>, _ body: ((_ row: Int) -> kvk_tile_sums) -> Void
  ) {
    // SAFETY: the lists and the columns live over the call; each row's part lies inside the lists.
    unsafe columns.withUnsafeBaseAddress { base in
      let addresses = unsafe (0..<columns.rows).map {
        unsafe Optional(base.assumingMemoryBound(to: Float.self) + $0 * columns.rowStride)
      }
      unsafe addresses.withUnsafeBufferPointer { addresses in
        unsafe heavy.columns.withUnsafeBufferPointer { numbers in
          unsafe heavy.masses.withUnsafeBufferPointer { masses in
            unsafe body { row in
              var refers = unsafe kvk_tile_sums()
              guard heavy.room > 0, let numbers = numbers.baseAddress,
                let masses = masses.baseAddress
              else { return unsafe refers }
              unsafe refers.heavy_count = heavy.counts[row]
              unsafe refers.heavy_column = numbers + row * heavy.room
              unsafe refers.heavy_mass = masses + row * heavy.room
              unsafe refers.heavy = addresses.baseAddress
              return unsafe refers
            }
          }
        }
      }
    }
  }
}
