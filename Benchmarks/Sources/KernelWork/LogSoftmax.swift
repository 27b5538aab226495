import Glibc
import Kullback
import KullbackKernels

/// Where rows are written to.
enum Placement: String, Sendable {
  case another = ""
  case same = " in place"
}

/// Softmax, or its logarithm, of every row of a matrix of logits.
func softmaxWork<Element: BenchmarkElement>(
  _: Element.Type, _ output: RowOutput, _ placement: Placement, rows: Int, classes: Int
) -> Work {
  let name = output == .softmax ? "softmax" : "log-softmax"
  return Work(
    name: name + placement.rawValue, shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(2 * rows * classes * MemoryLayout<Element>.stride), limit: .copy(reads: 1)
  ) {
    let source = makePair(Element.self, rows: rows, classes: classes).target
    let operand = RowOperand(source, form: .logits, tolerance: 0.01)
    // Every element is touched here: what is timed goes into memory that was used before.
    let result = Box(
      writeRows(operand, rows: 0..<rows, as: output, to: Element.self).result)
    return Prepared { threads in
      switch placement {
      case .another:
        writeRows(
          operand, rows: 0..<rows, as: output, into: &result.value, threads: threads)
      case .same:
        // Log-probabilities are logits of the same distribution: every run does the same work.
        writeRows(inPlace: &result.value, form: .logits, as: .logSoftmax, threads: threads)
      }
    } confirm: {
      let written = AnyMatrix(result.value)
      // Each run in place adds a rounding of its own.
      let bound = source.kind == .float64 ? 1e-13 : 5e-6
      for row in sampledRows(rows) {
        let exact = ReferenceRow(source, row: row, probabilities: false)
        for column in sampledRows(classes) {
          try check(
            written.value(row: row, column: column),
            output == .softmax ? exp(exact.logarithms[column]) : exact.logarithms[column],
            relative: bound, "\(name) of row \(row), class \(column)")
        }
      }
    }
  }
}
