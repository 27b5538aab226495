internal import Kullback
internal import KullbackFiles

/// The files that clusters go to: every row's cluster, and the centroids.
struct ClusterFiles {
  private let assignments: Output<NumberWriter>?
  private let centroids: Output<NumberWriter>?
  private let side: NamedSet

  /// Starts the files.
  init(_ command: ClusterCommand, _ side: NamedSet) throws(Failure) {
    self.side = side
    assignments = try command.output.map { output throws(Failure) in
      try Output(
        NumberWriter(
          output, rows: side.set.count, columns: 1, kind: .int64, width: Self.header.count))
    }
    centroids = try command.centroids.map { output throws(Failure) in
      try Output(
        NumberWriter(
          output, rows: command.k, columns: side.set.classes, kind: .float64,
          width: side.set.classes + 1))
    }
  }

  private static let header = ["row", "label", "cluster", "divergence"]

  /// Writes and names them.
  func write(_ clustering: Clustering, unit: Unit) throws(Failure) {
    try assignments?.write { writer throws(FileError) in
      switch writer {
      case .npy(let writer): try writer.append(clustering.assignments.map { Double($0) })
      case .csv(let writer):
        try writer.append(words: Self.header)
        for (row, cluster) in clustering.assignments.enumerated() {
          let divergence = unit.value(clustering.divergences[row], of: .information)
          try writer.append(
            [side.calls.number(row), side.calls.labels?[row] ?? "", String(cluster)], [divergence])
        }
      }
    }
    try centroids?.write { writer throws(FileError) in
      switch writer {
      case .npy(let writer): try writer.append(AnyMatrix(clustering.centroids))
      case .csv(let writer):
        let classes = side.file.columnNames ?? (0..<side.set.classes).map(String.init)
        try writer.append(words: [""] + classes)
        for row in 0..<clustering.centroids.rows {
          try writer.append([String(row)], clustering.centroids.row(row))
        }
      }
    }
    try assignments?.finish()
    try centroids?.finish()
  }

  /// Removes what has been written.
  func discard() {
    assignments?.discard()
    centroids?.discard()
  }
}
