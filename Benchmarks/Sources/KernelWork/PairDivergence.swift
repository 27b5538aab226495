import Kullback
import KullbackKernels

/// What of the pair kernel is asked for.
enum PairMeasures: Sendable {
  case forward
  case oneRead
  case jensenShannonToo
  case everything

  var name: String {
    switch self {
    case .forward: "forward KL"
    case .oneRead: "one-read measures"
    case .jensenShannonToo: "one-read measures, JS"
    case .everything: "one-read measures, JS, TV, Hellinger"
    }
  }

  var quantities: [PairQuantity] {
    switch self {
    case .forward: [.divergence]
    case .oneRead:
      [
        .divergence, .reversedDivergence, .entropyOfFirst, .entropyOfSecond, .crossEntropy,
        .reversedCrossEntropy, .jeffreys,
      ]
    case .jensenShannonToo: Self.oneRead.quantities + [.jensenShannon]
    case .everything: Self.oneRead.quantities + [.jensenShannon, .totalVariation, .hellinger]
    }
  }
}

/// The fused pair kernel on two matrices of logits or probabilities.
func pairWork<Element: BenchmarkElement>(
  _: Element.Type, _ measures: PairMeasures, rows: Int, classes: Int, probabilities: Bool = false,
  likeness: Likeness = .near
) -> Work {
  let form: Form = probabilities ? .probabilities : .logits
  let alike = likeness == .alike ? ", rows alike" : ""
  return Work(
    name: measures.name + alike,
    shape: "\(probabilities ? "probabilities" : "logits") \(rows) x \(classes)",
    type: Element.benchmarkName,
    amount: Double(2 * rows * classes * MemoryLayout<Element>.stride),
    limit: .read
  ) {
    let data = makePair(
      Element.self, rows: rows, classes: classes, probabilities: probabilities, likeness: likeness)
    let target = RowOperand(data.target, form: form, tolerance: 0.01)
    let model = RowOperand(data.model, form: form, tolerance: 0.01)
    let results = Box(PairResults(quantities: measures.quantities, rows: rows))
    return Prepared { threads in
      evaluatePairs(target, model, rows: 0..<rows, into: &results.value, threads: threads)
    } confirm: {
      try confirmPairs(results.value, measures, data, probabilities)
    }
  }
}

/// A result that closures share.
final class Box<Value> {
  var value: Value

  init(_ value: Value) { self.value = value }
}

private func confirmPairs(
  _ results: PairResults, _ measures: PairMeasures, _ data: PairData, _ probabilities: Bool
) throws {
  let bound = data.target.kind == .float64 ? 1e-9 : 1e-6
  for row in sampledRows(data.target.rows) {
    let p = ReferenceRow(data.target, row: row, probabilities: probabilities)
    let q = ReferenceRow(data.model, row: row, probabilities: probabilities)
    let forward = p.divergence(from: q)
    try check(results[.divergence][row], forward, relative: bound, "D of row \(row)")
    guard measures.quantities.count > 1 else { continue }
    let reverse = q.divergence(from: p)
    try check(results[.reversedDivergence][row], reverse, relative: bound, "reverse D of \(row)")
    try check(results[.entropyOfFirst][row], p.entropy, relative: bound, "H of \(row)")
    try check(
      results[.crossEntropy][row], p.entropy + forward, relative: bound, "cross entropy of \(row)")
    guard measures.quantities.contains(.jensenShannon) else { continue }
    try check(
      results[.jensenShannon][row], p.jensenShannon(q), relative: bound, "JS of row \(row)")
  }
}
