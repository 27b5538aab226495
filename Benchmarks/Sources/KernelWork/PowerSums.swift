import Glibc
import Kullback
import KullbackKernels

/// The power sum of one order of two matrices of logits, by its name as a measure.
func powerWork<Element: BenchmarkElement>(
  _: Element.Type, _ name: String, order: Double, rows: Int, classes: Int
) -> Work {
  Work(
    name: name, shape: "logits \(rows) x \(classes)", type: Element.benchmarkName,
    amount: Double(2 * rows * classes * MemoryLayout<Element>.stride), limit: .read
  ) {
    let data = makePair(Element.self, rows: rows, classes: classes)
    let target = RowOperand(data.target, form: .logits, tolerance: 0.01)
    let model = RowOperand(data.model, form: .logits, tolerance: 0.01)
    let results = Box(ParametricResults(quantities: [.powerSum(order: order)], rows: rows))
    return Prepared { threads in
      evaluateParametric(target, model, rows: 0..<rows, into: &results.value, threads: threads)
    } confirm: {
      for row in sampledRows(rows) {
        let p = ReferenceRow(data.target, row: row, probabilities: false)
        let q = ReferenceRow(data.model, row: row, probabilities: false)
        try check(
          results.value[.powerSum(order: order)][row], log1p(p.powerExcess(over: q, order: order)),
          relative: 1e-9,
          "power sum of row \(row)")
      }
    }
  }
}
