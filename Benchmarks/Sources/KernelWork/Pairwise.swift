import Kullback
import KullbackLinearAlgebra

/// A measure of all pairs of two sets, the result in the inputs' type.
func pairwiseWork<Element: BenchmarkElement & LinearAlgebraScalar & PairwiseElement>(
  _: Element.Type, _ measure: Measure, targets: Int, models: Int, classes: Int,
  probabilities: Bool = false, likeness: Likeness = .apart
) -> Work {
  let alike = likeness == .alike ? ", rows alike" : ""
  return Work(
    name: "all pairs, \(measure.title)\(alike)",
    shape: "\(probabilities ? "probab." : "logits") \(targets) x \(models) x \(classes)",
    type: Element.benchmarkName,
    amount: 2 * Double(targets) * Double(models) * Double(classes),
    limit: .product(Element.self == Float.self ? .float32 : .float64)
  ) {
    let data = makePair(
      Element.self, rows: max(targets, models), classes: classes, probabilities: probabilities,
      likeness: likeness)
    let form: Form = probabilities ? .probabilities : .logits
    let p = try DistributionSet(data.target, form: form)[0..<targets]
    let q = try DistributionSet(data.model, form: form)[0..<models]
    let result = Box(Matrix<Element>(repeating: .made(of: 0), rows: targets, columns: models))
    return Prepared { threads in
      _ = try pairwise(
        measure, targets: p, models: q, into: &result.value, threads: threads)
    } confirm: {
      for row in sampledRows(targets) {
        let first = ReferenceRow(data.target, row: row, probabilities: probabilities)
        for column in sampledRows(models) {
          let second = ReferenceRow(data.model, row: column, probabilities: probabilities)
          let expected =
            measure == .jensenShannon
            ? first.jensenShannon(second)
            : first.divergence(from: second)
          try check(
            Double(result.value[row, column]), expected,
            relative: Element.self == Float.self ? 1.1e-6 : 1e-9, "pair \(row), \(column)")
        }
      }
    }
  }
}
