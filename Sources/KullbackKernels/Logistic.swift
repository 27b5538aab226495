internal import CVectorKernels
public import KullbackMatrix

/// The loss of each row of margins of a logistic regression, the margins becoming its slopes.
///
///     lossᵢ = Σ log(1 + exp(-mᵢⱼ)),  mᵢⱼ ← 1 / (1 + exp mᵢⱼ)
///
/// Runs in the calling thread.
///
/// - Parameters:
///   - margins: logits, with their sign changed where the label is 0.
///   - slopes: whether the margins become minus the derivatives of the loss with respect to them; without, they stay.
///   - set: the instruction set.
/// - Shapes: one result for each row; a row of no columns has loss 0.
/// - Units: nats.
/// - Special values: an infinite margin counts as its limit; NaN makes the row's loss NaN.
/// - Accuracy: error at most columns × 2⁻⁵² and as much of the sum; slopes within 3 ulp where they are normal.
/// - Complexity: one exponential an element.
public func logisticLosses(
  margins: inout Matrix<Double>, slopes: Bool, on set: InstructionSet = .current
) -> [Double] {
  let (rows, columns) = (margins.rows, margins.columns)
  guard rows > 0, columns > 0 else { return [Double](repeating: 0, count: rows) }
  // SAFETY: the stride is that of the span's rows, which all lie in it; there is a result for each row.
  return unsafe [Double](unsafeUninitializedCapacity: rows) { losses, count in
    margins.withMutableElements { elements, stride in
      unsafe elements.withUnsafeMutableBufferPointer { elements in
        guard let base = elements.baseAddress, let losses = losses.baseAddress else { return }
        unsafe set.table.logistic_rows(
          base, Int64(stride), Int64(rows), Int64(columns), slopes ? 1 : 0, losses)
      }
    }
    count = rows
  }
}
