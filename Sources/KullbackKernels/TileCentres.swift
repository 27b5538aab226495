internal import CVectorKernels
internal import KullbackMatrix

/// Where products of rows' logarithms are centred: estimates of the mean of
/// log p - reference, weighted by the masses exp(reference).
///
/// - Precondition: a normaliser for each row, a reference and a mass for each class.
public func tileCentres(
  _ operand: RowOperand, normalisers: [Double], reference: [Double], masses: [Double],
  threads: Int,
  on set: InstructionSet = .current
) -> [Double] {
  let (rows, classes) = (operand.matrix.rows, operand.matrix.columns)
  precondition(normalisers.count == rows && reference.count == classes, "not one for each")
  precondition(masses.count == classes, "not a mass for each class")
  var centres = [Double](repeating: 0, count: rows)
  // SAFETY: the arrays have a place for each row or class; tasks write disjoint rows.
  unsafe centres.withUnsafeMutableBufferPointer { centres in
    unsafe normalisers.withUnsafeBufferPointer { normalisers in
      unsafe reference.withUnsafeBufferPointer { reference in
        unsafe masses.withUnsafeBufferPointer { masses in
          unsafe operand.withSide { side in
            let call = unsafe CentreTasks(
              side: side, table: set.table, classes: classes, normalisers: normalisers.baseAddress,
              reference: reference.baseAddress, masses: masses.baseAddress,
              centres: centres.baseAddress)
            RowTasks(rows: rows, bytesPerRow: min(classes, Int(KVK_TILE_SAMPLE)) * 16)
              .run(threads: threads) { call.run($0) }
          }
        }
      }
    }
  }
  return centres
}

/// The centres of rows, as tasks that threads share.
@safe
private struct CentreTasks: @unchecked Sendable {
  let side: kvk_side
  let table: kvk_table
  let classes: Int
  let normalisers: UnsafePointer<Double>?
  let reference: UnsafePointer<Double>?
  let masses: UnsafePointer<Double>?
  let centres: UnsafeMutablePointer<Double>?

  func run(_ task: Range<Int>) {
    guard let normalisers = unsafe normalisers, let reference = unsafe reference,
      let masses = unsafe masses, let centres = unsafe centres
    else { return }
    var side = unsafe self.side
    // SAFETY: the task's rows are inside the side and the arrays.
    unsafe table.tile_centres(
      &side, Int64(task.lowerBound), Int64(task.count), Int64(classes),
      normalisers + task.lowerBound, reference, masses, centres + task.lowerBound)
  }
}
