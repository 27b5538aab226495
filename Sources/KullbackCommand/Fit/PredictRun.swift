internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback predict`.
struct PredictRun {
  let command: PredictCommand

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    let saved = try SoftmaxFile.read(command.model)
    var features = try InputFile(command.features, command.reading(.features))
    try features.matchColumns(
      to: .init(input: command.model.text, names: saved.features),
      byPosition: command.match.isByPosition
    )
    var model = saved.model
    try features.checkMemory(forNumbers: features.matrix.rows, model.weights.columns)
    let logits: Matrix<Double>
    do {
      if let bits = command.bits { model = try model.rounded(toBits: bits) }
      logits = try model.logits(of: features.matrix, threads: command.options.threads)
    } catch {
      throw Failure(error, in: "\(command.model) and \(features.name)")
    }
    try check(logits, of: features)
    let output = try Output(
      NumberWriter(
        command.output, rows: logits.rows, columns: logits.columns,
        kind: command.type == .float32 ? .float32 : .float64,
        width: logits.columns + (features.rowLabels == nil ? 0 : 1)))
    do {
      try output.write { writer throws(FileError) in
        if case .csv(let csv) = writer, let header = header(saved, features) {
          try csv.append(header: header)
        }
        for row in 0..<logits.rows {
          switch writer {
          case .npy(let npy): try npy.append(logits.row(row))
          case .csv(let csv):
            try csv.append(features.rowLabels.map { [$0[row]] } ?? [], logits.row(row))
          }
        }
      }
      try output.finish()
    } catch {
      output.discard()
      throw error
    }
    let report = PredictReport(
      output: command.output.path, rows: logits.rows, classes: logits.columns, bits: command.bits,
      tables: TextTables([("features", features.table)]),
      matched: Matches([("features", features.matching)]))
    try command.options.tell(report, lines: report.lines)
  }

  /// The names of a .csv's columns: the classes', or their numbers where rows are labelled, whose labels might be
  /// numbers themselves.
  private func header(_ saved: NamedSoftmax, _ features: InputFile) -> [String]? {
    guard saved.classes != nil || features.rowLabels != nil else { return nil }
    // The column of labels has no name, as an index of pandas.
    return (features.rowLabels == nil ? [] : [""])
      + (saved.classes ?? (0..<saved.model.classes).map(String.init))
  }

  /// Refuses features that are not finite: their logits, which are not either, are no distribution.
  private func check(_ logits: Matrix<Double>, of file: InputFile) throws(Failure) {
    for row in 0..<logits.rows where !logits.row(row).allSatisfy(\.isFinite) {
      for column in 0..<file.matrix.columns {
        let value = file.matrix.value(row: row, column: column)
        guard value.isFinite else {
          throw Failure(
            .invalidData,
            "\(file.name): \(InferenceError.notFinite(row: row, column: column, value))")
        }
      }
    }
  }
}
