internal import Kullback

/// Everything that `cluster` says about its work. Its JSON is this:
///
///     inputs        {"set": {...}}
///     by            name and symbol of the divergence
///     unit          what divergences are measured in
///     firstRow      the first row that was read, counted from 0
///     rows          how many rows were read
///     seed
///     clusters      [{"cluster", "rows", "mean", "radius", "typical": [{"row", "label", "divergence"}]}]
///     objective     the sum of the divergences of all rows from their centroids
///     objectives    the same after each iteration
///     iterations, hasConverged
///     unassigned    valid rows that are in no cluster
///     invalid       {"count": ..., "first": [{"row": ..., "reason": ...}]}
///     output, centroids  the files written
///     seconds, threads, instructionSet, version
struct ClusterReport: Encodable {
  struct Row: Encodable {
    let row: Int
    let label: String?
    let divergence: Double
  }

  struct Cluster: Encodable {
    let cluster: Int
    let rows: Int
    let mean: Double
    let radius: Double
    let typical: [Row]
  }

  struct Divergence: Encodable {
    let name: String
    let symbol: String
  }

  let inputs: [String: InputReport]
  let by: Divergence
  let unit: String
  let firstRow: Int
  let rows: Int
  let seed: UInt64
  let clusters: [Cluster]
  let objective: Double
  let objectives: [Double]
  let iterations: Int
  let hasConverged: Bool
  let unassigned: Int
  let invalid: EvaluationReport.Invalid
  let output: String?
  let centroids: String?
  let seconds: Double
  let threads: Int
  let instructionSet: String
  let version: String
}

extension ClusterReport {
  /// At most so many clusters are printed.
  private static let printed = 100

  /// The table of clusters.
  func table(width: Int) -> [String] {
    var table = Table([
      .init(title: "cluster"), .init(title: "rows"), .init(title: "mean"),
      .init(title: "radius", dispensability: 1),
      .init(title: "most typical rows", alignsLeft: true),
    ])
    for cluster in clusters.prefix(Self.printed) {
      table.append([
        String(cluster.cluster), Format.count(cluster.rows),
        Format.value(cluster.mean, digits: 5), Format.value(cluster.radius, digits: 5), "",
      ])
    }
    // Names take the room that numbers leave.
    let lines = table.lines(width: width)
    let start = (lines.first?.count ?? 0) - "most typical rows".count
    let named = zip(lines.dropFirst(), clusters).map { line, cluster in
      var names = ""
      for row in cluster.typical {
        let name = (names.isEmpty ? "" : ", ") + (row.label ?? String(row.row))
        guard start + names.count + name.count <= width else { break }
        names += name
      }
      return line + String(repeating: " ", count: max(0, start - line.count)) + names
    }
    let more = clusters.count - Self.printed
    return lines.prefix(1) + named
      + (more > 0 ? ["... and \(Format.count(more)) clusters more"] : [])
  }

  /// How the objective fell, and why it ended.
  var course: [String] {
    let texts = objectives.map { Format.value($0, digits: 6) }
    let shown = texts.count > 8 ? texts.prefix(5) + ["..."] + texts.suffix(2) : texts[...]
    let count = iterations == 1 ? "1 iteration" : "\(iterations) iterations"
    return [
      "sum of divergences after each iteration: " + shown.joined(separator: ", "),
      hasConverged
        ? "converged after \(count): no row would move any more"
        : "stopped after \(count), and rows still move: --max-iterations allows more",
    ]
  }
}
