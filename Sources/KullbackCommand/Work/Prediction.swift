internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback predict`.
struct Prediction {
  let command: PredictCommand

  func run() throws {
    try ProductBuffers.reserve(threads: command.options.threads)
    try OutputFile.check(command.output.path, against: [command.model, command.features])
    var model = try SoftmaxFile.read(command.model)
    let features = try InputFile(command.features, command.table.options(.features))
    try features.checkMemory(forNumbers: features.matrix.rows, model.weights.columns)
    let logits: Matrix<Double>
    do {
      if let bits = command.bits { model = try model.rounded(toBits: bits) }
      logits = try model.logits(of: features.matrix, threads: command.options.threads)
    } catch {
      throw Failure(error, in: "\(command.model) and \(features.name)")
    }
    try check(logits, of: features)
    let writer = try OutputWriter(
      command.output, rows: logits.rows, columns: logits.columns,
      kind: command.type == .float32 ? .float32 : .float64, width: logits.columns)
    do {
      try writer.write { format throws(FileError) in
        for row in 0..<logits.rows {
          switch format {
          case .npy(let npy): try npy.append(logits.row(row))
          case .csv(let csv): try csv.append(logits.row(row))
          }
        }
      }
      try writer.finish()
    } catch {
      writer.discard()
      throw error
    }
    let report = PredictionReport(
      output: command.output.path, rows: logits.rows, classes: logits.columns, bits: command.bits)
    if command.options.json {
      try StandardStreams.print(JSON.text(report))
    } else if !command.options.quiet {
      try StandardStreams.print(report.line + "\n")
    }
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

/// What `kullback predict` says.
struct PredictionReport: Encodable {
  let output: String
  let rows: Int
  let classes: Int
  let bits: Int?

  var line: String {
    "\(output): logits, \(Format.count(rows, "row")) x \(Format.count(classes)) classes"
      + (bits.map { ", of weights rounded to \($0) bits" } ?? "")
  }
}
