import Kullback

/// An iteration of clustering: every row with the nearest centroid, and the centroids of that.
func clusterWork(
  _ divergence: ClusteringDivergence, rows: Int, classes: Int, clusters: Int,
  probabilities: Bool = false
) -> Work {
  Work(
    name: "cluster into \(clusters), \(divergence)",
    shape: "\(probabilities ? "probabilities" : "logits") \(rows) x \(classes)",
    type: Float.benchmarkName, amount: 2 * Double(rows * classes * clusters),
    limit: .product(.float32)
  ) {
    let source = makePair(
      Float.self, rows: rows, classes: classes, probabilities: probabilities
    ).target
    let set = try DistributionSet(source, form: probabilities ? .probabilities : .logits)
    var begun = try ClusteringRun(set, into: clusters, by: divergence)
    try begun.step()
    let before = begun
    let latest = Box(before)
    return Prepared { threads in
      var run = before
      run.threads = threads
      try run.step()
      latest.value = run
    } confirm: {
      let centroids = try before.result().centroids
      let found = try latest.value.result()
      for row in sampledRows(rows) {
        let exact = ReferenceRow(source, row: row, probabilities: probabilities)
        let values = (0..<clusters).map { cluster in
          let centroid = ReferenceRow(
            AnyMatrix(centroids), row: cluster, probabilities: true)
          return divergence == .forwardKL
            ? exact.divergence(from: centroid) : centroid.divergence(from: exact)
        }
        let least = values.min() ?? .nan
        try check(
          values[found.assignments[row]], least, relative: 1e-6, "the divergence of row \(row)")
      }
    }
  }
}
