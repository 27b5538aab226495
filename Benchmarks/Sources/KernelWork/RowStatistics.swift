import Kullback
import KullbackKernels

/// The entropy, or the logarithm of the normaliser, of every row of a matrix of logits.
func rowWork<Element: BenchmarkElement>(
  _: Element.Type, _ quantity: RowQuantity, rows: Int, classes: Int
) -> Work {
  Work(
    name: quantity == .entropy ? "entropy" : "logSumExp", shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(rows * classes * MemoryLayout<Element>.stride), limit: .read
  ) {
    let source = makePair(Element.self, rows: rows, classes: classes).target
    let operand = RowOperand(source, form: .logits, tolerance: 0.01)
    let results = Box(RowResults(quantities: [quantity], rows: rows))
    return Prepared { threads in
      evaluateRows(operand, rows: 0..<rows, into: &results.value, threads: threads)
    } confirm: {
      for row in sampledRows(rows) {
        let exact = ReferenceRow(source, row: row, probabilities: false)
        try check(
          results.value[quantity][row],
          quantity == .entropy ? exact.entropy : exact.logNormaliser, relative: 1e-6,
          "\(quantity) of row \(row)")
      }
    }
  }
}
