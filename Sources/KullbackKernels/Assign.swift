internal import CVectorKernels
public import KullbackMatrix

/// Finds the centroid of the least score, product + constant, of every row.
///
/// A row is in doubt where the two least scores are not farther apart than
/// slope × (their sum + the row's extra) + floor, or are not finite.
///
/// - Shapes: `products` is centroids × rows; `places` and `doubts` have an element for each row, and
///   `extras`, if there are any, too.
/// - Precondition: the shapes agree, and the elements are `Float` or `Double`.
public func nearest<Element: MatrixElement>(
  _ scores: NearestScores<Element>, _ products: Matrix<Element>, extras: [Element],
  places: inout [Int32], doubts: inout [UInt8], on set: InstructionSet = .current
) {
  let rows = products.columns
  precondition(
    Element.elementKind == .float32 || Element.elementKind == .float64, "no products of this type")
  precondition(scores.constants.count == products.rows, "not a constant for each centroid")
  precondition(places.count == rows && doubts.count == rows, "no room for the results")
  precondition(extras.isEmpty || extras.count == rows, "not an extra for each row")
  let (stride, count) = (products.rowStride, products.rows)
  // SAFETY: all hold these rows and centroids, as checked, and live over the call.
  unsafe products.withUnsafeBaseAddress { base in
    unsafe scores.constants.withUnsafeBytes { constants in
      unsafe extras.withUnsafeBytes { extras in
        unsafe places.withUnsafeMutableBufferPointer { places in
          unsafe doubts.withUnsafeMutableBufferPointer { doubts in
            guard let places = places.baseAddress, let doubts = doubts.baseAddress else { return }
            var face = unsafe kvk_assignment()
            unsafe face.products = base
            unsafe face.constants = constants.baseAddress
            unsafe face.extras = extras.isEmpty ? nil : extras.baseAddress
            unsafe face.type = Int32(Element.elementKind.rawValue)
            unsafe face.stride = Int64(stride)
            unsafe face.count = Int64(count)
            unsafe face.rows = Int64(rows)
            unsafe face.slope = scores.slope
            unsafe face.floor = scores.floor
            unsafe set.table.nearest_rows(&face, places, doubts)
          }
        }
      }
    }
  }
}

/// Brings rows into the caches, in the order in which they stand in memory.
///
/// A product of few rows takes them from memory in an order that the processor does not foresee.
public func warm<Element: MatrixElement>(
  _ rows: Matrix<Element>, on set: InstructionSet = .current
) {
  let size = MemoryLayout<Element>.size
  // SAFETY: the bytes are those of the rows.
  unsafe rows.withUnsafeBaseAddress { base in
    unsafe set.table.warm_rows(
      base, Int64(rows.rowStride * size), Int64(rows.rows), Int64(rows.columns * size))
  }
}

/// Adds every row to the sum at its place, in `Double` and in the order of the rows.
///
/// - Shapes: `places` has the row of `sums` for each row, or -1 for none; `scales` a factor for each row,
///   or nothing; `sums` has the columns of `rows`.
/// - Precondition: the shapes agree, the places are there, and the elements are `Float` or `Double`.
public func addRows<Element: MatrixElement>(
  _ rows: Matrix<Element>, places: [Int32], scales: ArraySlice<Double> = [],
  into sums: inout Matrix<Double>, on set: InstructionSet = .current
) {
  let count = Int32(sums.rows)
  precondition(
    Element.elementKind == .float32 || Element.elementKind == .float64, "no sums of this type")
  precondition(rows.columns == sums.columns, "rows of different lengths")
  precondition(places.count == rows.rows, "not a place for each row")
  precondition(scales.isEmpty || scales.count == rows.rows, "not a scale for each row")
  precondition(places.allSatisfy { $0 < count }, "no such place")
  let (from, to) = (rows.rowStride, sums.rowStride)
  // SAFETY: the rows, places and scales are there, as checked, and live over the call.
  unsafe rows.withUnsafeBaseAddress { base in
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      unsafe places.withUnsafeBufferPointer { places in
        unsafe scales.withUnsafeBufferPointer { scales in
          unsafe set.table.add_rows(
            base, Int32(Element.elementKind.rawValue), Int64(from), Int64(places.count),
            Int64(rows.columns), places.baseAddress, scales.isEmpty ? nil : scales.baseAddress,
            sums.assumingMemoryBound(to: Double.self), Int64(to))
        }
      }
    }
  }
}

/// The sum of the products of a matrix's row with a vector, in an order that depends on the length alone.
///
/// - Precondition: the row is there and as long as the vector.
public func dot(
  _ matrix: Matrix<Double>, row: Int, _ vector: [Double], on set: InstructionSet = .current
) -> Double {
  precondition(row >= 0 && row < matrix.rows, "no such row")
  precondition(matrix.columns == vector.count, "rows of different lengths")
  let stride = matrix.rowStride
  // SAFETY: both hold as many elements, as checked; matrices of `Double` that this library made are
  // aligned.
  return unsafe matrix.withUnsafeBaseAddress { base in
    unsafe vector.withUnsafeBufferPointer { vector in
      guard let x = vector.baseAddress else { return 0 }
      return unsafe set.table.dot_rows(
        base.assumingMemoryBound(to: Double.self) + row * stride, x, Int64(vector.count))
    }
  }
}

/// The least mass of each row, as it is stored (+inf where there is none), and whether it has a class
/// without mass.
///
/// - Complexity: one read of the rows.
/// - Precondition: the rows are there.
public func leastMasses(
  _ operand: RowOperand, rows: Range<Int>, threads: Int = Threads.default,
  on set: InstructionSet = .current
) -> (least: [Double], gaps: [Bool]) {
  precondition(operand.holds(rows), "rows \(rows) are not all there")
  let columns = Columns(rows: rows.count, count: 1, statusCount: 1)
  let classes = operand.matrix.columns
  // SAFETY: the side lives over the call, which ends after the last task.
  unsafe operand.withSide { side in
    let call = unsafe LeastTasks(
      side: side, table: set.table, first: rows.lowerBound, classes: classes, columns: columns)
    RowTasks(rows: rows.count, bytesPerRow: classes * 8).run(threads: threads) { task in
      operand.populate(rows.lowerBound + task.lowerBound..<rows.lowerBound + task.upperBound)
      call.run(task)
    }
  }
  return (columns.column(0), (0..<rows.count).map { columns.status(0, row: $0) != .valid })
}

/// The search for the least masses, as tasks that threads share.
@safe
private struct LeastTasks: @unchecked Sendable {
  let side: kvk_side
  let table: kvk_table
  let first: Int
  let classes: Int
  let columns: Columns

  func run(_ task: Range<Int>) {
    var side = unsafe self.side
    // SAFETY: the task's rows are inside the side and the columns.
    unsafe table.row_least(
      &side, Int64(first + task.lowerBound), Int64(task.count), Int64(classes),
      columns.values + task.lowerBound, columns.statuses + task.lowerBound)
  }
}
