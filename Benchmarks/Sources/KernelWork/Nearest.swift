import Kullback

/// The nearest rows of a set for many queries, without the matrix of all pairs.
func nearestWork(_ count: Int, queries: Int, rows: Int, classes: Int) -> Work {
  Work(
    name: "nearest \(count), forward KL", shape: "logits \(queries) x \(rows) x \(classes)",
    type: Float.benchmarkName,
    amount: 2 * Double(queries) * Double(rows) * Double(classes), limit: .product(.float32)
  ) {
    let data = makePair(
      Float.self, rows: max(queries, rows), classes: classes, likeness: .apart)
    let targets = try DistributionSet(data.target, form: .logits)[0..<queries]
    let models = try DistributionSet(data.model, form: .logits)[0..<rows]
    let latest = Box<Neighbours?>(nil)
    return Prepared { threads in
      latest.value = try models.nearest(count, to: targets, threads: threads)
    } confirm: {
      guard let found = latest.value else { return }
      for query in sampledRows(queries) {
        let first = ReferenceRow(data.target, row: query, probabilities: false)
        let all = (0..<rows).map { row in
          first.divergence(from: ReferenceRow(data.model, row: row, probabilities: false))
        }.sorted()
        for (neighbour, expected) in zip(found[query], all) {
          try check(neighbour.value, expected, relative: 1.1e-6, "a neighbour of \(query)")
        }
      }
    }
  }
}
