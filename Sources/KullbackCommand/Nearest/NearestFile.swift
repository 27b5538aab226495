internal import Kullback
internal import KullbackFiles

/// The file that neighbours go to, a line each.
final class NearestFile {
  private let output: OutputFile
  private let inputs: PairwiseInputs
  private var file: Output<NumberWriter>?

  private static let header = ["query", "query-label", "rank", "row", "row-label", "value"]

  /// Starts the file.
  init(_ output: OutputFile, _ inputs: PairwiseInputs) throws(Failure) {
    (self.output, self.inputs) = (output, inputs)
    try start(rows: 0)
  }

  /// How many lines a .npy has is in its header, and known only in the end: it is begun again then.
  private func start(rows: Int) throws(Failure) {
    file?.discard()
    file = try Output(
      NumberWriter(output, rows: rows, columns: 3, kind: .float64, width: Self.header.count))
  }

  /// Writes all neighbours, and gives the file its name.
  func write(_ found: Neighbours, _ measure: Measure, _ unit: Unit) throws(Failure) {
    let count = (0..<found.queries).reduce(0) { $0 + found[$1].count }
    if output.format == .npy { try start(rows: count) }
    let (queries, rows) = (inputs.targets.calls, inputs.models.calls)
    try file?.write { writer throws(FileError) in
      if case .csv(let writer) = writer { try writer.append(words: Self.header) }
      for query in 0..<found.queries {
        for (rank, neighbour) in found[query].enumerated() {
          let value = unit.value(neighbour.value, of: measure.dimension)
          switch writer {
          case .npy(let writer):
            try writer.append([
              Double(queries.rows.lowerBound + query), Double(rows.rows.lowerBound + neighbour.row),
              value,
            ])
          case .csv(let writer):
            let names = [
              queries.number(query), queries.labels?[query] ?? "", String(rank + 1),
              rows.number(neighbour.row), rows.labels?[neighbour.row] ?? "",
            ]
            try writer.append(names, [value])
          }
        }
      }
    }
    try file?.finish()
  }

  /// Removes what has been written.
  func discard() { file?.discard() }
}
