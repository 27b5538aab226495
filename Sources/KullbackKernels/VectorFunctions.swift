internal import CVectorKernels
public import KullbackMatrix

/// The natural logarithm of every value, within 1 unit in the last place.
public func logarithms(_ values: [Double], on set: InstructionSet = .current) -> [Double] {
  // SAFETY: both hold as many elements.
  unsafe [Double](unsafeUninitializedCapacity: values.count) { results, count in
    unsafe values.withUnsafeBufferPointer { values in
      if let from = values.baseAddress, let to = results.baseAddress {
        unsafe set.table.log_f64(from, to, Int64(values.count))
      }
    }
    count = values.count
  }
}

/// Adds a multiple of a row to a sum.
///
/// - Precondition: a matrix of one row, as long as the sum.
public func add(_ row: Matrix<Double>, times factor: Double, to sum: inout [Double]) {
  precondition(row.rows == 1 && row.columns == sum.count, "of different lengths")
  // SAFETY: both have as many elements.
  unsafe row.withUnsafeBaseAddress { row in
    unsafe sum.withUnsafeMutableBufferPointer { sum in
      let row = unsafe row.assumingMemoryBound(to: Double.self)
      for index in sum.indices { unsafe sum[index] += factor * row[index] }
    }
  }
}
