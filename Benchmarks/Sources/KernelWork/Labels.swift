import Kullback
import KullbackKernels

/// The cross entropy of class labels and the rows of a matrix of logits.
func labelWork<Element: BenchmarkElement>(_: Element.Type, rows: Int, classes: Int) -> Work {
  Work(
    name: "cross entropy, labels", shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(rows * classes * MemoryLayout<Element>.stride), limit: .read
  ) {
    let source = makePair(Element.self, rows: rows, classes: classes).target
    let operand = RowOperand(source, form: .logits, tolerance: 0.01)
    let labels = (0..<rows).map { Int64(($0 &* 7919) % classes) }
    let latest = Box<LabelResults?>(nil)
    return Prepared { threads in
      latest.value = evaluateLabels(labels, operand, threads: threads)
    } confirm: {
      guard let results = latest.value else { return }
      for row in sampledRows(rows) {
        let exact = ReferenceRow(source, row: row, probabilities: false)
        try check(
          results.values[row], -exact.logarithms[Int(labels[row])], relative: 1e-6,
          "cross entropy of row \(row)")
      }
    }
  }
}
