import Kullback
import KullbackKernels

/// The rank of a class in each row of a matrix of logits.
func rankWork<Element: BenchmarkElement>(_: Element.Type, rows: Int, classes: Int) -> Work {
  Work(
    name: "rank of a class", shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(rows * classes * MemoryLayout<Element>.stride), limit: .read
  ) {
    let source = makePair(Element.self, rows: rows, classes: classes).target
    let operand = RowOperand(source, form: .logits, tolerance: 0.01)
    let wanted = (0..<rows).map { Int64(($0 &* 7919) % classes) }
    let latest = Box<[Double]>([])
    return Prepared { threads in
      latest.value = rankClasses(wanted, operand, threads: threads)
    } confirm: {
      guard !latest.value.isEmpty else { return }
      for row in sampledRows(rows) {
        let place = Int(wanted[row])
        let value = source.value(row: row, column: place)
        let rank =
          1
          + (0..<classes).count { column in
            let other = source.value(row: row, column: column)
            return other > value || (other == value && column < place)
          }
        try check(latest.value[row], Double(rank), relative: 0, "rank in row \(row)")
      }
    }
  }
}
