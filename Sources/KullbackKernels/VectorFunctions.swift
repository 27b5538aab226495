internal import CVectorKernels

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
