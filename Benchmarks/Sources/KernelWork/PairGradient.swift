import Glibc
import Kullback
import KullbackKernels

/// A divergence of every pair of rows, and its gradient with respect to the model's logits.
func gradientWork<Element: BenchmarkElement>(
  _: Element.Type, _ gradient: PairGradient, rows: Int, classes: Int
) -> Work {
  let name = gradient == .divergence ? "forward KL" : "reverse KL"
  return Work(
    name: "\(name) and its gradient", shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(3 * rows * classes * MemoryLayout<Element>.stride), limit: .copy(reads: 2)
  ) {
    let data = makePair(Element.self, rows: rows, classes: classes)
    let target = RowOperand(data.target, form: .logits, tolerance: 0.01)
    let model = RowOperand(data.model, form: .logits, tolerance: 0.01)
    let first = evaluatePairs(target, model, rows: rows, gradient: gradient, as: Element.self)
    let result = Box(first.gradient)
    let values = Box(first.results)
    return Prepared { threads in
      values.value = evaluatePairs(
        target, model, rows: rows, gradient: gradient, into: &result.value, threads: threads)
    } confirm: {
      let written = AnyMatrix(result.value)
      for row in sampledRows(rows) {
        let p = ReferenceRow(data.target, row: row, probabilities: false)
        let q = ReferenceRow(data.model, row: row, probabilities: false)
        let forward = p.divergence(from: q)
        let reverse = q.divergence(from: p)
        try check(values.value[.divergence][row], forward, relative: 1e-6, "D of row \(row)")
        for k in sampledRows(classes) {
          let (mass, modelMass) = (exp(p.logarithms[k]), exp(q.logarithms[k]))
          let difference = q.logarithms[k] - p.logarithms[k]
          let (exact, scale) =
            gradient == .divergence
            ? (modelMass - mass, max(modelMass, mass))
            : (modelMass * (difference - reverse), modelMass * (abs(difference) + reverse))
          try check(
            written.value(row: row, column: k), exact, relative: 0, absolute: 2e-6 * scale,
            "gradient of row \(row), class \(k)")
        }
      }
    }
  }
}
