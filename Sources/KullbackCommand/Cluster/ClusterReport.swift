internal import Kullback

/// What `cluster` says when it is done, and how it ends.
struct ClusterReport {
  let command: ClusterCommand
  let side: NamedSet
  let unit: Unit
  let clustering: Clustering
  let elapsed: Duration

  /// Reports, and throws how the command ends when rows were invalid.
  func tell() throws {
    let first = side.calls.rows.lowerBound
    var invalid = InvalidRows()
    invalid.add(
      InvalidRows.entries(clustering.diagnostics, from: first),
      count: clustering.diagnostics.invalidCount)
    let contents = try self.contents(invalid)
    try command.options.tell(contents, lines: lines(contents, invalid))
    try command.options.end(with: invalid)
  }

  private func lines(_ report: Contents, _ invalid: InvalidRows) -> [String] {
    var lines = InputReport.lines([("set", side.report)])
    lines += [
      "",
      "\(report.by.name)  \(report.by.symbol)  \(report.unit)  "
        + "\(Format.count(report.rows, "row")) in \(Format.count(report.clusters.count, "cluster")), "
        + "seed \(report.seed)", "",
    ]
    lines += report.table(width: Terminal.width)
    lines += [""] + report.course
    if report.unassigned > 0 {
      lines.append(
        "in no cluster, having no class in common with any: "
          + Format.count(report.unassigned, "row"))
    }
    let empty = report.clusters.filter { $0.rows == 0 }.count
    if empty > 0 {
      lines.append(
        "without rows: \(Format.count(empty, "cluster")); fewer rows differ than there are clusters"
      )
    }
    lines += invalid.lines(of: report.rows)
    lines += ["", "done in \(Format.time(report.seconds))"]
    for path in [report.output, report.centroids] {
      if let path { lines.append("written: \(path)") }
    }
    return lines
  }

  private func contents(_ invalid: InvalidRows) throws -> Contents {
    let first = side.calls.rows.lowerBound
    let value = { unit.value($0, of: .information) }
    let summaries = clustering.summaries(typical: 8)
    let assigned = clustering.sizes.reduce(0, +)
    return Contents(
      inputs: ["set": side.report],
      by: .init(
        name: command.by.description,
        symbol: command.by.divergence == .forwardKL ? "D(row‖centroid)" : "D(centroid‖row)"),
      unit: unit.name, firstRow: first, rows: side.set.count, seed: command.seed,
      clusters: summaries.map { summary in
        .init(
          cluster: summary.cluster, rows: summary.size, mean: value(summary.mean),
          radius: value(summary.radius),
          typical: summary.typical.map { row in
            .init(
              row: first + row, label: side.calls.labels?[row],
              divergence: value(clustering.divergences[row]))
          })
      },
      objective: value(clustering.objective), objectives: clustering.objectives.map(value),
      iterations: clustering.iterations, hasConverged: clustering.hasConverged,
      unassigned: side.set.count - assigned - clustering.diagnostics.invalidCount,
      invalid: invalid,
      output: command.output?.path, centroids: command.centroids?.path, seconds: elapsed.seconds,
      threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }
}

extension ClusterReport {
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
  struct Contents: Encodable {
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
    let invalid: InvalidRows
    let output: String?
    let centroids: String?
    let seconds: Double
    let threads: Int
    let instructionSet: String
    let version: String
  }
}

extension ClusterReport.Contents {
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
