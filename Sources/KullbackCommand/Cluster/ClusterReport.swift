internal import Kullback

/// What `cluster` says when it is done, and how it ends.
struct ClusterSession {
  let command: ClusterCommand
  let side: PairInputs.Side
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
    let report = try self.report(invalid)
    if command.options.json {
      try StandardStreams.print(try JSON.text(report))
    } else if !command.options.quiet {
      try StandardStreams.print(lines(report, invalid).joined(separator: "\n") + "\n")
    }
    if invalid.count > 0, !command.options.allowInvalid { throw Ended(status: .invalidData) }
  }

  private func lines(_ report: ClusterReport, _ invalid: InvalidRows) -> [String] {
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

  private func report(_ invalid: InvalidRows) throws -> ClusterReport {
    let first = side.calls.rows.lowerBound
    let value = { unit.value($0, of: .information) }
    let summaries = clustering.summaries(typical: 8)
    let assigned = clustering.sizes.reduce(0, +)
    return ClusterReport(
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
      invalid: .init(count: invalid.count, first: invalid.first),
      output: command.output?.path, centroids: command.centroids?.path, seconds: elapsed.seconds,
      threads: command.options.threads ?? Machine.defaultThreads,
      instructionSet: try Machine.selectedInstructionSet, version: KullbackTool.version)
  }
}
