public import KullbackMatrix

/// The columns of a row whose values are at most a bound, in order; NaN is not.
///
/// - Precondition: the row is there.
public func placesAtMost(_ bound: Double, inRow row: Int, of matrix: Matrix<Double>) -> [Int] {
  let count = matrix.columns
  var places: [Int] = []
  // SAFETY: a row of the matrix.
  unsafe matrix[rows: row..<row + 1].withUnsafeBaseAddress { base in
    let values = unsafe base.assumingMemoryBound(to: Double.self)
    // Most stretches have none: a branch for each of them, not for each value.
    let stretch = 32
    for from in stride(from: 0, to: count, by: stretch) {
      let to = min(count, from + stretch)
      var some: UInt8 = 0
      for index in from..<to { some |= unsafe values[index] <= bound ? 1 : 0 }
      guard some != 0 else { continue }
      for index in from..<to where unsafe values[index] <= bound { places.append(index) }
    }
  }
  return places
}
