internal import CVectorKernels
public import KullbackMatrix

/// A divergence whose gradient with respect to the second side's logits is wanted.
public enum PairGradient: Int32, Sendable {
  /// Of D(a‖b), and of H(a, b): (q - p) / T.
  case divergence = 0
  /// Of D(b‖a): q (log q - log p - D(b‖a)) / T.
  case reversedDivergence = 1

  /// What has to be known of a row before its gradient.
  fileprivate var quantities: [PairQuantity] {
    [.divergence, .reversedDivergence, .crossEntropy]
  }
}

/// Evaluates pairs of rows and writes the gradient with respect to the second side's logits.
///
/// - Shapes: row `i` of both sides to row `place + i` of `result`, which has as many columns and may hold any
///   floating type. Rows that are not valid, and rows whose reversed divergence is infinite when its
///   gradient is wanted, become NaN.
/// - Returns: the divergences and the cross entropy of every row, and other quantities asked for.
/// - Complexity: two reads of each side, the second from cache, and one write.
/// - Precondition: the shapes agree.
public func evaluatePairs<Element>(
  _ first: RowOperand, _ second: RowOperand, rows: Int, gradient: PairGradient,
  also others: [PairQuantity] = [], into result: inout Matrix<Element>, at place: Int = 0,
  threads: Int = Threads.default, on set: InstructionSet = .current
) -> PairResults {
  let shape = (result.rows, result.columns, result.rowStride)
  precondition(
    place >= 0 && shape.0 - place >= rows && shape.1 == second.matrix.columns, "shapes differ")
  let quantities = gradient.quantities
  var results = PairResults(
    quantities: quantities + others.filter { !quantities.contains($0) }, rows: rows)
  // SAFETY: the matrix lives over the call.
  unsafe result.withUnsafeMutableBaseAddress { base in
    let target = unsafe RowTarget(
      base: base + place * shape.2 * Element.elementKind.byteCount, stride: shape.2,
      kind: Element.elementKind)
    target.writeGradient(
      gradient, first, second, rows: rows, into: &results, threads: threads, on: set)
  }
  return results
}

/// As `evaluatePairs(_:_:rows:gradient:also:into:at:threads:on:)`, with the gradient in a new matrix.
public func evaluatePairs<Element>(
  _ first: RowOperand, _ second: RowOperand, rows: Int, gradient: PairGradient,
  as type: Element.Type, threads: Int = Threads.default, on set: InstructionSet = .current
) -> (results: PairResults, gradient: Matrix<Element>) {
  var results = PairResults(quantities: gradient.quantities, rows: rows)
  let classes = second.matrix.columns
  // SAFETY: the buffer has room for all rows, and every element of it is set.
  let matrix = unsafe Matrix<Element>(rows: rows, columns: classes) { buffer in
    guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
    let target = unsafe RowTarget(base: base, stride: classes, kind: Element.elementKind)
    target.writeGradient(
      gradient, first, second, rows: rows, into: &results, threads: threads, on: set)
  }
  return (results, matrix)
}

extension RowTarget {
  /// Evaluates rows 0 ..< rows and writes their gradients here.
  fileprivate func writeGradient(
    _ gradient: PairGradient, _ first: RowOperand, _ second: RowOperand, rows: Int,
    into results: inout PairResults, threads: Int, on set: InstructionSet
  ) {
    let classes = second.matrix.columns
    precondition(first.matrix.columns == classes, "rows of different lengths")
    precondition(classes > 0, "rows without classes")
    precondition(first.holds(0..<rows) && second.holds(0..<rows), "rows are not all there")
    guard rows > 0 else { return }
    let streams = rows * classes * kind.byteCount >= Self.streamingBytes
    let segments = Segments(of: classes)
    let isLong = segments.count > 1
    var norms =
      isLong
      ? evaluatePairNorms(
        first, second, rows: 0..<rows, into: &results, threads: threads, on: set)
      : [kvk_pair_norms](repeating: kvk_pair_norms(), count: rows)
    // SAFETY: sides and columns are valid for this call, which ends after the last task; tasks write
    // disjoint elements.
    unsafe first.withSide { a in
      unsafe second.withSide { b in
        unsafe results.withColumns(at: 0) { out in
          unsafe norms.withUnsafeMutableBufferPointer { norms in
            var out = unsafe out
            unsafe out.norms = norms.baseAddress
            let call = unsafe GradientTasks(
              a: a, b: b, out: out, table: set.table, classes: classes, gradient: gradient,
              target: self, streams: streams)
            if isLong {
              for row in 0..<rows { call.writeLongRow(row, segments, threads: threads) }
            } else {
              let bytes = first.rowBytes + second.rowBytes + classes * kind.byteCount
              RowTasks(rows: rows, bytesPerRow: bytes).run(threads: threads) { task in
                call.evaluateAndWrite(task, chunk: max(1, (1 << 17) / bytes))
              }
            }
          }
        }
      }
    }
  }
}

/// One call's work, as tasks that threads share.
@safe
private struct GradientTasks: @unchecked Sendable {
  let a: kvk_side
  let b: kvk_side
  let out: kvk_pair_out
  let table: kvk_table
  let classes: Int
  let gradient: PairGradient
  let target: RowTarget
  let streams: Bool

  /// Rows of a task, a few at a time: those that were evaluated are written while they are in cache.
  func evaluateAndWrite(_ rows: Range<Int>, chunk: Int) {
    var from = rows.lowerBound
    while from < rows.upperBound {
      let count = min(chunk, rows.upperBound - from)
      var (a, b, part) = unsafe (self.a, self.b, out.shifted(by: from))
      // SAFETY: the rows are inside both sides and the columns.
      unsafe table.pair_rows(&a, &b, Int64(from), Int64(count), Int64(classes), &part)
      write(from, count: count, classes: 0..<classes)
      from += count
    }
  }

  func writeLongRow(_ row: Int, _ segments: Segments, threads: Int) {
    Threads.parallel(tasks: segments.count, threads: threads) { task in
      write(row, count: 1, classes: segments[task])
    }
  }

  private func write(_ row: Int, count: Int, classes: Range<Int>) {
    var (a, b, part) = unsafe (self.a, self.b, out.shifted(by: row))
    var target = unsafe self.target.target(from: row, streams: streams)
    // SAFETY: the rows are inside both sides, the columns (all of which were asked for) and the target.
    unsafe withUnsafeBytes(of: &part.column) { bytes in
      let columns = unsafe bytes.bindMemory(to: UnsafePointer<Double>?.self)
      unsafe table.pair_gradient(
        &a, &b, Int64(row), Int64(count), Int64(classes.lowerBound), Int64(classes.upperBound),
        gradient.rawValue, part.norms, columns[PairQuantity.reversedDivergence.rawValue], &target)
    }
  }
}
