import Kullback

/// `evaluate` on two sets of logits: what the library adds around the pair kernel.
func evaluateWork<Element: BenchmarkElement>(_: Element.Type, rows: Int, classes: Int) -> Work {
  Work(
    name: "evaluate, one-read measures", shape: "logits \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(2 * rows * classes * MemoryLayout<Element>.stride), limit: .read
  ) {
    let data = makePair(Element.self, rows: rows, classes: classes)
    let target = try DistributionSet(data.target, form: .logits)
    let model = try DistributionSet(data.model, form: .logits)
    let latest = Box<Evaluation?>(nil)
    return Prepared { threads in
      latest.value = try evaluate(target: target, model: model, threads: threads)
    } confirm: {
      guard let evaluation = latest.value else { return }
      for row in sampledRows(rows) {
        let p = ReferenceRow(data.target, row: row, probabilities: false)
        let q = ReferenceRow(data.model, row: row, probabilities: false)
        try check(
          evaluation[.forwardKL][row], p.divergence(from: q), relative: 1e-6, "D of row \(row)")
        try check(
          evaluation[.reverseKL][row], q.divergence(from: p), relative: 1e-6, "reverse D of \(row)")
      }
    }
  }
}
