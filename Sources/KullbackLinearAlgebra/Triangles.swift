/// Where the triangle (with its diagonal) first holds a NaN, reading row by row.
func firstNaNOfTriangle<Scalar: BinaryFloatingPoint>(
  _ triangle: Triangle, _ n: Int, _ a: UnsafePointer<Scalar>, _ stride: Int
) -> Place? {
  for row in 0..<n {
    let columns = triangle == .lower ? 0..<row + 1 : row..<n
    // Counted first, without a branch, so that a row is looked at in vectors.
    var count = 0
    for column in columns { count &+= unsafe a[row * stride + column].isNaN ? 1 : 0 }
    guard count > 0 else { continue }
    for column in columns where unsafe a[row * stride + column].isNaN {
      return Place(row: row, column: column)
    }
  }
  return nil
}

/// Where the diagonal is first exactly zero.
func firstZeroOfDiagonal<Scalar: BinaryFloatingPoint>(
  _ n: Int, _ a: UnsafePointer<Scalar>, _ stride: Int
) -> Int? {
  (0..<n).first { unsafe a[$0 * stride + $0] == 0 }
}

/// Where the diagonal is first not above zero: zero, negative or NaN.
func firstNotPositiveOfDiagonal<Scalar: BinaryFloatingPoint>(
  _ n: Int, _ a: UnsafePointer<Scalar>, _ stride: Int
) -> Int? {
  (0..<n).first { unsafe !(a[$0 * stride + $0] > 0) }
}

/// Copies rows from one stride to another.
func copyRows<Scalar: BinaryFloatingPoint>(
  _ rows: Int, _ columns: Int, _ source: UnsafePointer<Scalar>, _ strideSource: Int,
  _ target: UnsafeMutablePointer<Scalar>, _ strideTarget: Int
) {
  for row in 0..<rows {
    unsafe (target + row * strideTarget).update(from: source + row * strideSource, count: columns)
  }
}

/// Zeroes the triangle without its diagonal.
func clearStrictTriangle<Scalar: BinaryFloatingPoint>(
  _ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Scalar>, _ stride: Int
) {
  for row in 0..<n {
    for column in triangle == .lower ? 0..<row : row + 1..<n {
      unsafe a[row * stride + column] = 0
    }
  }
}

/// Copies the triangle into the other one.
func mirrorTriangle<Scalar: BinaryFloatingPoint>(
  _ triangle: Triangle, _ n: Int, _ a: UnsafeMutablePointer<Scalar>, _ stride: Int
) {
  forEachPairBelowDiagonal(n, stride) { below, above in
    switch triangle {
    case .lower: unsafe a[above] = a[below]
    case .upper: unsafe a[below] = a[above]
    }
  }
}

/// Exchanges rows and columns.
func transposeInPlace<Scalar: BinaryFloatingPoint>(
  _ n: Int, _ a: UnsafeMutablePointer<Scalar>, _ stride: Int
) {
  forEachPairBelowDiagonal(n, stride) { below, above in
    let kept = unsafe a[below]
    unsafe a[below] = a[above]
    unsafe a[above] = kept
  }
}

/// Calls with the offsets of every place below the diagonal and of the one opposite.
@inline(__always)
private func forEachPairBelowDiagonal(_ n: Int, _ stride: Int, _ body: (Int, Int) -> Void) {
  // In tiles, since one of the two is walked down a column: a tile's lines stay in L1.
  let tile = 32
  for firstRow in Swift.stride(from: 0, to: n, by: tile) {
    for firstColumn in Swift.stride(from: 0, through: firstRow, by: tile) {
      for row in firstRow..<min(firstRow + tile, n) {
        for column in firstColumn..<max(firstColumn, min(firstColumn + tile, row)) {
          body(row * stride + column, column * stride + row)
        }
      }
    }
  }
}
